// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Arithmetic} from "./instructions/Arithmetic.sol";
import {Bytes} from "./instructions/Bytes.sol";
import {Calls} from "./instructions/Calls.sol";
import {Creates} from "./instructions/Creates.sol";
import {Environment} from "./instructions/Environment.sol";
import {Flow} from "./instructions/Flow.sol";
import {Frames} from "./Frames.sol";
import {GAS_SHIFT, GUARDS, PC_UNIT, REFUSED, TABLE, load} from "./Machine.sol";
import {Snapshot} from "./Snapshot.sol";
import {Stack} from "./instructions/Stack.sol";
import {Storage} from "./instructions/Storage.sol";

/// @title Dispatch
/// @notice The instruction set of Cancun: what each opcode costs, how many items it takes, and what handles it; and the
/// loop that runs it.
/// @dev An entry of the table is a handler's place in the code of this contract in its low 16 bits, and above them what
/// is added to a state before the handler is called.
library Dispatch {
    /// @notice Runs until the machine ends or pauses, which ends the call of L1 (Settlement, Snapshot).
    function run(uint256 s) internal view {
        _fill();
        function(uint256) view returns (uint256) refuse = _refuse;
        while (true) {
            function(uint256) view returns (uint256) handler;
            assembly ("memory-safe") {
                let entry := mload(add(TABLE, shl(5, byte(0, mload(shr(224, s))))))
                let next := add(s, shr(16, entry))
                handler := and(entry, 0xffff)
                if and(next, GUARDS) {
                    mstore(REFUSED, s)
                    handler := refuse
                }
                s := next
            }
            s = handler(s);
        }
    }

    /// @dev What follows a guard: the frame fails where an instruction cannot be paid or takes too many items, and where
    /// its handler said so; otherwise it is time to pause before the instruction.
    function _refuse(uint256) private pure returns (uint256) {
        uint256 s = Snapshot.whole(load(REFUSED));
        bool fails = true;
        assembly ("memory-safe") {
            if iszero(and(s, GUARDS)) {
                let entry := mload(add(TABLE, shl(5, byte(0, mload(shr(224, s))))))
                fails := gt(and(add(s, shr(16, entry)), GUARDS), 0)
            }
        }
        if (!fails) Snapshot.pauseRunning(s);
        return Frames.fail();
    }

    function _set(
        uint256 opcode,
        uint256 price,
        uint256 items,
        function(uint256) view returns (uint256) handler
    ) private pure {
        assembly ("memory-safe") {
            let step := add(sub(PC_UNIT, shl(GAS_SHIFT, price)), shl(5, items))
            mstore(add(TABLE, shl(5, opcode)), or(shl(16, step), handler))
        }
    }

    /// @dev Gives `count` opcodes the entry of the one before them.
    function _repeat(uint256 opcode, uint256 count) private pure {
        assembly ("memory-safe") {
            let first := add(TABLE, shl(5, opcode))
            let entry := mload(first)
            for {
                let end := add(first, shl(5, count))
            } lt(first, end) {} {
                first := add(first, 0x20)
                mstore(first, entry)
            }
        }
    }

    function _fill() private pure {
        _set(0x00, 0, 0, Flow.invalid);
        _repeat(0x00, 255);
        _set(0x00, 0, 0, Flow.stop);
        _fillWords();
        _fillEnvironment();
        _fillBytes();
        _set(0x54, 100, 1, Storage.sload_);
        _set(0x55, 0, 2, Storage.sstore_);
        _set(0x5c, 100, 1, Storage.tload_);
        _set(0x5d, 100, 2, Storage.tstore_);
        _set(0x56, 8, 1, Flow.jump);
        _set(0x57, 10, 2, Flow.jumpIf);
        _set(0x58, 2, 0, Flow.pc);
        _set(0x5a, 2, 0, Flow.gas_);
        _set(0x50, 2, 1, Stack.nothing);
        _set(0x5b, 1, 0, Stack.nothing);
        _set(0x5f, 2, 0, Stack.push0);
        _set(0x60, 3, 0, Stack.push1);
        _set(0x61, 3, 0, Stack.push2);
        _set(0x62, 3, 0, Stack.pushMany);
        _repeat(0x62, 29);
        _set(0x80, 3, 0, Stack.dup);
        _repeat(0x80, 15);
        _set(0x90, 3, 0, Stack.swap);
        _repeat(0x90, 15);
        for (uint256 topics = 0; topics < 5; ++topics) _set(0xa0 + topics, 375 + 375 * topics, 2 + topics, Bytes.log);
        _set(0xf0, 32_000, 3, Creates.create);
        // solhint-disable-next-line no-unchecked-calls
        _set(0xf1, 100, 7, Calls.call);
        _set(0xf2, 100, 7, Calls.callCode);
        _set(0xf3, 0, 2, Flow.return_);
        _set(0xf4, 100, 6, Calls.delegateCall);
        _set(0xf5, 32_000, 4, Creates.create2);
        _set(0xfa, 100, 6, Calls.staticCall);
        _set(0xfd, 0, 2, Flow.revert_);
        _set(0xff, 5_000, 1, Creates.selfDestruct);
    }

    function _fillWords() private pure {
        _set(0x01, 3, 2, Arithmetic.add);
        _set(0x02, 5, 2, Arithmetic.mul);
        _set(0x03, 3, 2, Arithmetic.sub);
        _set(0x04, 5, 2, Arithmetic.div);
        _set(0x05, 5, 2, Arithmetic.sdiv);
        _set(0x06, 5, 2, Arithmetic.mod);
        _set(0x07, 5, 2, Arithmetic.smod);
        _set(0x08, 8, 3, Arithmetic.addMod);
        _set(0x09, 8, 3, Arithmetic.mulMod);
        _set(0x0a, 10, 2, Arithmetic.exp_);
        _set(0x0b, 5, 2, Arithmetic.signExtend);
        _set(0x10, 3, 2, Arithmetic.lt_);
        _set(0x11, 3, 2, Arithmetic.gt_);
        _set(0x12, 3, 2, Arithmetic.slt_);
        _set(0x13, 3, 2, Arithmetic.sgt_);
        _set(0x14, 3, 2, Arithmetic.eq_);
        _set(0x15, 3, 1, Arithmetic.isZero);
        _set(0x16, 3, 2, Arithmetic.and_);
        _set(0x17, 3, 2, Arithmetic.or_);
        _set(0x18, 3, 2, Arithmetic.xor_);
        _set(0x19, 3, 1, Arithmetic.not_);
        _set(0x1a, 3, 2, Arithmetic.byte_);
        _set(0x1b, 3, 2, Arithmetic.shl_);
        _set(0x1c, 3, 2, Arithmetic.shr_);
        _set(0x1d, 3, 2, Arithmetic.sar_);
    }

    function _fillEnvironment() private pure {
        _set(0x30, 2, 0, Environment.address_);
        _set(0x31, 100, 1, Environment.balance);
        _set(0x32, 2, 0, Environment.origin);
        _set(0x33, 2, 0, Environment.caller);
        _set(0x34, 2, 0, Environment.callValue);
        _set(0x3a, 2, 0, Environment.gasPrice);
        _set(0x3f, 100, 1, Environment.extCodeHash);
        _set(0x40, 20, 1, Environment.blockHash);
        _set(0x41, 2, 0, Environment.coinbase);
        _set(0x42, 2, 0, Environment.timestamp);
        _set(0x43, 2, 0, Environment.number);
        _set(0x44, 2, 0, Environment.randomness);
        _set(0x45, 2, 0, Environment.gasLimit);
        _set(0x46, 2, 0, Environment.chainId);
        _set(0x47, 5, 0, Environment.selfBalance);
        _set(0x48, 2, 0, Environment.baseFee);
        _set(0x49, 3, 1, Environment.blobHash);
        _set(0x4a, 2, 0, Environment.blobBaseFee);
    }

    function _fillBytes() private pure {
        _set(0x20, 30, 2, Bytes.keccak);
        _set(0x35, 3, 1, Bytes.callDataLoad);
        _set(0x36, 2, 0, Bytes.callDataSize);
        _set(0x37, 3, 3, Bytes.callDataCopy);
        _set(0x38, 2, 0, Bytes.codeSize);
        _set(0x39, 3, 3, Bytes.codeCopy);
        _set(0x3b, 100, 1, Bytes.extCodeSize);
        _set(0x3c, 100, 4, Bytes.extCodeCopy);
        _set(0x3d, 2, 0, Bytes.returnDataSize);
        _set(0x3e, 3, 3, Bytes.returnDataCopy);
        _set(0x51, 3, 1, Bytes.mload_);
        _set(0x52, 3, 2, Bytes.mstore_);
        _set(0x53, 3, 2, Bytes.mstore8_);
        _set(0x59, 2, 0, Bytes.mSize);
        _set(0x5e, 3, 3, Bytes.mCopy);
    }
}
