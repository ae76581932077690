// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";

import {Account as StateAccount, EMPTY_CODE, MalformedAccount} from "../../contracts/trie/Account.sol";
import {NONE} from "../../contracts/trie/Node.sol";
import {EMPTY_ROOT, Trie, TrieAlgorithms} from "../../contracts/trie/Trie.sol";
import {WitnessIndex} from "../../contracts/trie/Witness.sol";
import {Test} from "../Test.sol";

/// @notice Accounts in states of a single account, whose only node OpenZeppelin's encoder writes.
contract AccountTest is Test {
    address private constant OWNER = address(0xa11ce);

    function testFuzz_read_ofEncodedAccount_succeeds(
        uint64 nonce,
        uint256 balance,
        bytes32 storageRoot,
        bytes32 codeHash
    ) public view {
        bytes memory leaf = _leaf(_encode(nonce, balance, storageRoot, codeHash));
        StateAccount memory account = this.read(leaf, keccak256(leaf), OWNER);
        assertEq(account.nonce, nonce);
        assertEq(account.balance, balance);
        assertEq(account.storageRoot, storageRoot);
        assertEq(account.codeHash, codeHash);
        assertTrue(account.leaf != NONE);
        assertEq(account.hasCode(), codeHash != EMPTY_CODE);
    }

    function test_read_absent_isEmpty_succeeds() public view {
        StateAccount memory account = this.read("", EMPTY_ROOT, OWNER);
        assertTrue(account.isEmpty());
        assertTrue(account.leaf == NONE);
        assertEq(account.storageRoot, EMPTY_ROOT);
        assertEq(EMPTY_ROOT, keccak256(hex"80"));
        assertEq(EMPTY_CODE, keccak256(""));
    }

    function test_isEmpty_ignoresStorage_succeeds() public pure {
        StateAccount memory account = StateAccount(0, 0, bytes32(uint256(1)), EMPTY_CODE, NONE);
        assertTrue(account.isEmpty());
        account.nonce = 1;
        assertFalse(account.isEmpty());
        (account.nonce, account.balance) = (0, 1);
        assertFalse(account.isEmpty());
        (account.balance, account.codeHash) = (0, bytes32(uint256(1)));
        assertFalse(account.isEmpty());
    }

    function testFuzz_write_newAccount_equalsOpenZeppelin_succeeds(
        uint64 nonce,
        uint256 balance,
        bytes32 storageRoot,
        bytes32 codeHash
    ) public view {
        bytes memory encoded = _encode(nonce, balance, storageRoot, codeHash);
        StateAccount memory account = StateAccount(nonce, balance, storageRoot, codeHash, NONE);
        assertEq(this.write("", EMPTY_ROOT, account), keccak256(_leaf(encoded)));
    }

    function testFuzz_write_overAnother_equalsOpenZeppelin_succeeds(
        uint64[2] memory nonces,
        uint256[2] memory balances,
        bytes32 storageRoot,
        bytes32 codeHash
    ) public view {
        bytes memory before = _leaf(_encode(nonces[0], balances[0], EMPTY_ROOT, EMPTY_CODE));
        bytes memory encoded = _encode(nonces[1], balances[1], storageRoot, codeHash);
        StateAccount memory account = StateAccount(nonces[1], balances[1], storageRoot, codeHash, NONE);
        assertEq(this.write(before, keccak256(before), account), keccak256(_leaf(encoded)));
    }

    function test_clear_deletesEmptyAccountsAlone_succeeds() public view {
        bytes memory empty = _leaf(_encode(0, 0, EMPTY_ROOT, EMPTY_CODE));
        assertEq(this.clear(empty, keccak256(empty)), EMPTY_ROOT);
        bytes memory other = _leaf(_encode(0, 1, EMPTY_ROOT, EMPTY_CODE));
        assertEq(this.clear(other, keccak256(other)), keccak256(other));
        assertEq(this.clear("", EMPTY_ROOT), EMPTY_ROOT);
    }

    function test_remove_deletesAnyAccount_succeeds() public view {
        bytes memory leaf = _leaf(_encode(1, 1, EMPTY_ROOT, EMPTY_CODE));
        assertEq(this.remove(leaf, keccak256(leaf)), EMPTY_ROOT);
    }

    function test_read_malformed_reverts() public {
        bytes memory nonce = RLP.encode(uint256(1));
        bytes memory hash = RLP.encode(EMPTY_CODE);
        bytes memory short = RLP.encode(bytes.concat(bytes31(EMPTY_CODE)));
        _expectMalformed(_list(nonce, nonce, hash, ""));
        _expectMalformed(_list(nonce, nonce, hash, short));
        _expectMalformed(_list(nonce, nonce, short, hash));
        _expectMalformed(_list(nonce, nonce, hash, bytes.concat(hash, nonce)));
        _expectMalformed(_list(nonce, RLP.encode(bytes.concat(hash, hash)), hash, hash));
        // A number with a leading zero, a number of 33 bytes, a nonce of 2^64, and a list that is a string.
        _expectMalformed(_list(hex"00", nonce, hash, hash));
        _expectMalformed(_list(nonce, bytes.concat(hex"a101", EMPTY_CODE), hash, hash));
        _expectMalformed(_list(RLP.encode(uint256(2 ** 64)), nonce, hash, hash));
        _expectMalformed(RLP.encode(bytes.concat(nonce, nonce, hash, hash)));
        // A prefix that gives another length, and a single byte.
        _expectMalformed(bytes.concat(hex"f845", nonce, nonce, hash, hash));
        _expectMalformed(hex"01");
    }

    /// @notice Reads an account from a state.
    function read(
        bytes calldata witness,
        bytes32 root,
        address owner
    ) external pure returns (StateAccount memory account) {
        account.read(TrieAlgorithms.open(WitnessIndex.index(witness), root), owner);
    }

    /// @notice The root of a state after the account of `OWNER` was read and written.
    function write(
        bytes calldata witness,
        bytes32 root,
        StateAccount calldata account
    ) external pure returns (bytes32) {
        Trie memory state = TrieAlgorithms.open(WitnessIndex.index(witness), root);
        StateAccount memory current;
        current.read(state, OWNER);
        (current.nonce, current.balance) = (account.nonce, account.balance);
        (current.storageRoot, current.codeHash) = (account.storageRoot, account.codeHash);
        current.write(state, OWNER);
        return state.root();
    }

    /// @notice The root of a state after the account of `OWNER` was cleared.
    function clear(bytes calldata witness, bytes32 root) external pure returns (bytes32) {
        Trie memory state = TrieAlgorithms.open(WitnessIndex.index(witness), root);
        StateAccount memory account;
        account.clear(state, OWNER);
        return state.root();
    }

    /// @notice The root of a state after the account of `OWNER` was removed.
    function remove(bytes calldata witness, bytes32 root) external pure returns (bytes32) {
        Trie memory state = TrieAlgorithms.open(WitnessIndex.index(witness), root);
        StateAccount memory account;
        account.remove(state, OWNER);
        return state.root();
    }

    function _expectMalformed(bytes memory value) private {
        bytes memory leaf = _leaf(value);
        vm.expectRevert(abi.encodeWithSelector(MalformedAccount.selector, OWNER));
        this.read(leaf, keccak256(leaf), OWNER);
    }

    /// @dev The leaf of `OWNER` in a state without other accounts: its path is the whole key.
    function _leaf(bytes memory value) private pure returns (bytes memory) {
        bytes[] memory items = new bytes[](2);
        items[0] = RLP.encode(bytes.concat(hex"20", keccak256(abi.encodePacked(OWNER))));
        items[1] = RLP.encode(value);
        return RLP.encode(items);
    }

    function _encode(
        uint256 nonce,
        uint256 balance,
        bytes32 storageRoot,
        bytes32 codeHash
    ) private pure returns (bytes memory) {
        return _list(RLP.encode(nonce), RLP.encode(balance), RLP.encode(storageRoot), RLP.encode(codeHash));
    }

    function _list(
        bytes memory first,
        bytes memory second,
        bytes memory third,
        bytes memory fourth
    ) private pure returns (bytes memory) {
        bytes[] memory items = new bytes[](4);
        (items[0], items[1], items[2], items[3]) = (first, second, third, fourth);
        return RLP.encode(items);
    }
}
