// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";

import {Fork} from "../../fork/Fork.sol";
import {Code} from "../Code.sol";
import {Frames} from "../Frames.sol";
import {Journal} from "../Journal.sol";
import {
    CALLER,
    CREATES,
    DEPTH,
    HALT,
    INPUT_SIZE,
    OUTPUT_SIZE,
    SELF,
    STATIC,
    UNDO,
    VALUE,
    charge,
    gasOf,
    halted,
    addressAt,
    itemAt,
    load
} from "../Machine.sol";
import {Memory} from "../Memory.sol";
import {World} from "../World.sol";

/// @title Creates
/// @notice CREATE, CREATE2 and SELFDESTRUCT.
library Creates {
    function create(uint256 s) internal pure returns (uint256) {
        return _create(s, itemAt(s, 3, 0), itemAt(s, 3, 1), itemAt(s, 3, 2), false);
    }

    function create2(uint256 s) internal pure returns (uint256) {
        return _create(s, itemAt(s, 4, 0), itemAt(s, 4, 1), itemAt(s, 4, 2), true);
    }

    /// @dev Does what CREATE and CREATE2 have in common.
    /// @param salted Whether the address is made from a salt, which is the fourth item.
    function _create(
        uint256 s,
        uint256 value,
        uint256 offset,
        uint256 size,
        bool salted
    ) private pure returns (uint256) {
        if (load(STATIC) != 0 || size > Fork.MAX_INIT_CODE_SIZE) return HALT;
        s = Memory.touch(s, offset, size);
        if (s == HALT) return HALT;
        unchecked {
            // The size is at most MAX_INIT_CODE_SIZE.
            s = charge(
                s,
                ((size + 31) / 32) * (salted ? Fork.INIT_CODE_WORD_GAS + Fork.KECCAK_WORD_GAS : Fork.INIT_CODE_WORD_GAS)
            );
        }
        if (halted(s)) return HALT;
        uint256 self = load(SELF);
        uint256 nonce = load(self + World.NONCE);
        if (load(DEPTH) >= Fork.MAX_DEPTH || load(self + World.BALANCE) < value || nonce == Fork.MAX_NONCE) {
            return Frames.decline(s, 0);
        }
        uint256 gas_ = gasOf(s);
        unchecked {
            // All but a 64th of the gas (EIP-150). The nonce is below the highest one.
            gas_ -= gas_ / Fork.KEPT_GAS_QUOTIENT;
            Journal.set(self, World.NONCE, nonce + 1);
        }
        s = charge(s, gas_);
        World.flag(self, World.CHANGED);
        uint256 record = Code.fromPages(Memory.place(offset), size);
        uint256 owner =
            salted
                ? _saltedAddress(load(self + World.ADDRESS), itemAt(s, 4, 3), load(record))
                : plainAddress(load(self + World.ADDRESS), nonce);
        uint256 entry = World.account(owner);
        World.flag(entry, World.WARM);
        if (!World.isVacant(entry)) return Frames.decline(s, 0);

        uint256 mark = load(UNDO);
        Frames.prepare(CALLER, load(self + World.ADDRESS));
        Frames.prepare(INPUT_SIZE, 0);
        Frames.prepare(OUTPUT_SIZE, 0);
        World.transfer(self, entry, value);
        Frames.suspend(s);
        return start(entry, value, record, mark, gas_);
    }

    /// @notice Starts a frame that runs init code. The caller is saved and value has moved before.
    /// @param entry The entry of the new account (World).
    /// @param value The value that it got.
    /// @param record The init code (Code).
    /// @param mark The length to which the journal is undone if the frame fails.
    /// @param gas_ Its gas.
    /// @return The state of the frame.
    function start(
        uint256 entry,
        uint256 value,
        uint256 record,
        uint256 mark,
        uint256 gas_
    ) internal pure returns (uint256) {
        Journal.set(entry, World.NONCE, 1);
        World.flag(entry, World.CREATED | World.CHANGED);
        Frames.prepare(VALUE, value);
        Frames.prepare(CREATES, 1);
        Frames.prepare(STATIC, 0);
        return Frames.start(entry, record, mark, gas_);
    }

    /// @notice The address of a contract that an account creates without a salt.
    /// @param creator The account.
    /// @param nonce Its nonce before the creation.
    function plainAddress(uint256 creator, uint256 nonce) internal pure returns (uint256 owner) {
        assembly ("memory-safe") {
            // In scratch space: the hash of the RLP list of address and nonce, of at most 31 bytes. The item of the
            // nonce is the nonce itself below 0x80, 0x80 for zero, or else 0x80 + its length and the nonce.
            let size := 1
            let item := 0x80
            if nonce {
                item := nonce
            }
            if gt(nonce, 0x7f) {
                size := sub(33, shr(3, clz(nonce)))
                item := or(shl(shl(3, sub(size, 1)), add(0x7f, size)), nonce)
            }
            mstore(0, or(shl(248, add(0xd5, size)), or(shl(240, 0x94), shl(80, creator))))
            mstore(22, shl(sub(256, shl(3, size)), item))
            owner := shr(96, shl(96, keccak256(0, add(22, size))))
        }
    }

    /// @dev The address of a contract that is created with a salt (EIP-1014).
    /// @param hash The hash of the init code.
    function _saltedAddress(uint256 creator, uint256 salt, uint256 hash) private pure returns (uint256) {
        return uint160(Create2.computeAddress(bytes32(salt), bytes32(hash), address(uint160(creator))));
    }

    /// @notice SELFDESTRUCT by EIP-6780: the balance moves. The account is deleted only if this transaction created it.
    function selfDestruct(uint256 s) internal pure returns (uint256) {
        if (load(STATIC) != 0) return HALT;
        uint256 self = load(SELF);
        uint256 heir;
        (s, heir) = World.access(s, addressAt(s, 1, 0), Fork.COLD_ACCOUNT_GAS);
        if (s == HALT) return HALT;
        uint256 balance = load(self + World.BALANCE);
        if (balance != 0 && World.isEmpty(heir)) {
            s = charge(s, Fork.NEW_ACCOUNT_GAS);
            if (halted(s)) return HALT;
        }
        bool deleted = load(self + World.FLAGS) & World.CREATED != 0;
        if (heir != self) {
            World.transfer(self, heir, balance);
            if (World.isEmpty(heir)) World.touch(heir);
        } else if (deleted) {
            Journal.set(self, World.BALANCE, 0);
        }
        if (deleted) World.flag(self, World.DESTROYED);
        World.flag(self, World.TOUCHED);
        return Frames.succeed(s, 0, 0);
    }
}
