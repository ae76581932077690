// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Journal} from "../../../contracts/execution/evm/Journal.sol";
import {
    ENTRIES,
    GAS_SHIFT,
    HALT,
    STATE_ROOT,
    UNDO,
    gasOf,
    load,
    store
} from "../../../contracts/execution/evm/Machine.sol";
import {World} from "../../../contracts/execution/evm/World.sol";
import {Fork} from "../../../contracts/execution/fork/Fork.sol";
import {EMPTY_ROOT} from "../../../contracts/trie/Trie.sol";
import {MachineTest} from "./MachineTest.sol";

/// @notice Accounts over an empty state.
contract WorldTest is MachineTest {
    uint256 private constant OWNER = 0xabcdef;

    /// @notice A cold account costs extra once, and again after a revert.
    function test_access_coldAccount_chargesOnce() public pure {
        _start();
        uint256 first = _cost(OWNER);
        uint256 entry = World.account(OWNER);
        require(first == 2_600 && _cost(OWNER) == 0, "once");
        require(load(entry + World.ADDRESS) == OWNER && load(ENTRIES) == 1, "one entry");
        Journal.revertTo(0);
        require(_cost(OWNER) == 2_600, "after a revert");
        World.warm(OWNER + 1);
        require(_cost(OWNER + 1) == 0, "warmed before");
    }

    /// @notice Precompiles are warm; the addresses beside them are not.
    function test_access_precompiles_areWarm() public pure {
        _start();
        for (uint256 number = 1; number <= Fork.BLS_MAP_FP2; number++) require(_cost(number) == 0, "a precompile");
        require(_cost(Fork.P256_VERIFY) == 0, "P256VERIFY");
        require(_cost(0) == 2_600 && _cost(Fork.BLS_MAP_FP2 + 1) == 2_600, "none beside the first ones");
        require(_cost(Fork.P256_VERIFY - 1) == 2_600 && _cost(Fork.P256_VERIFY + 1) == 2_600, "none beside it");
    }

    /// @notice Where gas does not suffice, the instruction halts and the account stays cold.
    function test_access_tooLittleGas_halts() public pure {
        _start();
        (uint256 s, uint256 entry) = World.access(2_599 << GAS_SHIFT, OWNER, 2_600);
        require(s == HALT, "halts");
        require(load(entry + World.FLAGS) & World.WARM == 0, "cold");
        (s, entry) = World.access(2_600 << GAS_SHIFT, OWNER, 2_600);
        require(s == 0 && load(entry + World.FLAGS) & World.WARM != 0, "warm");
    }

    /// @notice Each of nonce, balance and code makes an account not empty.
    function test_isEmpty_anyField_isNot() public pure {
        _start();
        uint256 entry = World.account(OWNER);
        require(World.isEmpty(entry), "empty");
        for (uint256 field = World.NONCE; field <= World.CODE_HASH_OF; field += 0x20) {
            uint256 word = load(entry + field);
            store(entry + field, word ^ 1);
            require(!World.isEmpty(entry), "not empty");
            store(entry + field, word);
        }
    }

    /// @notice Each of nonce, code and storage makes an address taken; a balance does not.
    function test_isVacant_anyField_isNot() public pure {
        _start();
        uint256 entry = World.account(OWNER);
        require(World.isVacant(entry), "vacant");
        for (uint256 field = World.NONCE; field <= World.STORAGE_ROOT; field += 0x20) {
            uint256 word = load(entry + field);
            store(entry + field, word ^ 1);
            require(World.isVacant(entry) == (field == World.BALANCE), "taken");
            store(entry + field, word);
        }
    }

    /// @notice Value moves, both accounts are marked, and a revert brings all of it back.
    function testFuzz_transfer_anyValue_moves(uint256 balance, uint256 value) public pure {
        value = bound(value, 1, type(uint256).max);
        balance = bound(balance, value, type(uint256).max);
        _start();
        uint256 from = World.account(OWNER);
        uint256 to = World.account(OWNER + 1);
        store(from + World.BALANCE, balance);
        World.transfer(from, to, 0);
        require(load(UNDO) == 0, "nothing to move");
        World.transfer(from, to, value);
        require(load(from + World.BALANCE) == balance - value && load(to + World.BALANCE) == value, "balances");
        require(load(from + World.FLAGS) & load(to + World.FLAGS) & World.CHANGED != 0, "marked");
        Journal.revertTo(0);
        require(load(from + World.BALANCE) == balance && load(to + World.BALANCE) == 0, "reverted balances");
        require((load(from + World.FLAGS) | load(to + World.FLAGS)) == 0, "not marked");
    }

    /// @notice A revert undoes that an account was touched, but not for RIPEMD-160.
    function test_touch_reverted_staysForRipemd160() public pure {
        _start();
        uint256 plain = World.account(OWNER);
        uint256 exception = World.account(Fork.RIPEMD160);
        World.touch(plain);
        World.touch(exception);
        require(load(plain + World.FLAGS) & World.TOUCHED != 0, "touched");
        Journal.revertTo(0);
        require(load(plain + World.FLAGS) == 0, "undone");
        require(load(exception + World.FLAGS) == World.TOUCHED, "stays");
    }

    function _start() private pure {
        _startHeap();
        store(STATE_ROOT, uint256(EMPTY_ROOT));
    }

    /// @dev What a cold account costs extra.
    function _cost(uint256 owner) private pure returns (uint256) {
        (uint256 s, ) = World.access(GAS << GAS_SHIFT, owner, 2_600);
        return GAS - gasOf(s);
    }
}
