// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Fork} from "../../fork/Fork.sol";
import * as Op from "../../fork/Opcodes.sol";
import {GAS_SHIFT, OPERAND_SHIFT, PC_UNIT, TABLE} from "../Machine.sol";
import {Arithmetic} from "./Arithmetic.sol";
import {Bytes} from "./Bytes.sol";
import {Calls} from "./Calls.sol";
import {Creates} from "./Creates.sol";
import {Environment} from "./Environment.sol";
import {Flow} from "./Flow.sol";
import {Stack} from "./Stack.sol";
import {Storage} from "./Storage.sol";

/// @title Instruction set
/// @notice The one table of instructions: for each opcode its static price, the number of stack items it takes, and its
/// handler. A handler charges whatever else the instruction costs.
/// @dev An entry holds the handler's place in the code of this contract in its low 32 bits. The bits above them are
/// what dispatch adds to the state before it calls the handler: one step forward, minus the price, plus the items taken
/// but for one, plus the operand (Machine).
library InstructionSet {
    uint256 private constant OPERAND = 1 << OPERAND_SHIFT;

    /// @notice Writes the table. An opcode that the fork does not have is INVALID.
    function fill() internal pure {
        _set(Op.STOP, 0, 0, Flow.invalid);
        _repeat(Op.STOP, 255);
        _set(Op.STOP, 0, 0, Flow.stop);
        _fillWords();
        _fillEnvironment();
        _fillBytes();
        _set(Op.SLOAD, Fork.WARM_GAS, 1, Storage.sload_);
        _set(Op.SSTORE, 0, 2, Storage.sstore_);
        _set(Op.TLOAD, Fork.WARM_GAS, 1, Storage.tload_);
        _set(Op.TSTORE, Fork.WARM_GAS, 2, Storage.tstore_);
        _set(Op.JUMP, Fork.MID_GAS, 1, Flow.jump);
        _set(Op.JUMPI, Fork.HIGH_GAS, 2, Flow.jumpIf);
        _set(Op.PC, Fork.BASE_GAS, 0, Flow.pc);
        _set(Op.GAS, Fork.BASE_GAS, 0, Flow.gas_);
        _set(Op.POP, Fork.BASE_GAS, 1, Stack.drop_);
        _set(Op.JUMPDEST, Fork.JUMPDEST_GAS, 0, Stack.drop_);
        _fillSeries();
        _set(Op.CREATE, Fork.CREATE_GAS, 3, Creates.create);
        // solhint-disable-next-line no-unchecked-calls
        _set(Op.CALL, Fork.WARM_GAS, 7, Calls.call);
        _set(Op.CALLCODE, Fork.WARM_GAS, 7, Calls.callCode);
        _set(Op.RETURN, 0, 2, Flow.return_);
        _set(Op.DELEGATECALL, Fork.WARM_GAS, 6, Calls.delegateCall);
        _set(Op.CREATE2, Fork.CREATE_GAS, 4, Creates.create2);
        _set(Op.STATICCALL, Fork.WARM_GAS, 6, Calls.staticCall);
        _set(Op.REVERT, 0, 2, Flow.revert_);
        _set(Op.SELFDESTRUCT, Fork.SELF_DESTRUCT_GAS, 1, Creates.selfDestruct);
    }

    /// @dev Series of opcodes, whose numbers become their operands. Each continues from number zero, whose entry another
    /// opcode gets later: so the last series comes first.
    function _fillSeries() private pure {
        unchecked {
            // Modulo 2^256, as `_continue` adds.
            _set(Op.LOG0, Fork.LOG_GAS, 2, Bytes.log);
            _continue(Op.LOG0, 4, OPERAND + 0x20 - (Fork.LOG_TOPIC_GAS << GAS_SHIFT));
        }
        _set(Op.DUP16, Fork.VERY_LOW_GAS, 1, Stack.swap);
        _continue(Op.DUP16, 16, OPERAND);
        _set(Op.PUSH32, Fork.VERY_LOW_GAS, 0, Stack.dup);
        _continue(Op.PUSH32, 16, OPERAND);
        _set(Op.PUSH0, Fork.VERY_LOW_GAS, 0, Stack.pushMany);
        _continue(Op.PUSH0, 32, OPERAND + PC_UNIT);
        _set(Op.PUSH0, Fork.VERY_LOW_GAS, 0, Stack.push2);
        _continue(Op.PUSH0, 2, PC_UNIT);
        _set(Op.PUSH0, Fork.VERY_LOW_GAS, 0, Stack.push1);
        _continue(Op.PUSH0, 1, PC_UNIT);
        _set(Op.PUSH0, Fork.BASE_GAS, 0, Stack.push0);
    }

    function _fillWords() private pure {
        _set(Op.ADD, Fork.VERY_LOW_GAS, 2, Arithmetic.add);
        _set(Op.MUL, Fork.LOW_GAS, 2, Arithmetic.mul);
        _set(Op.SUB, Fork.VERY_LOW_GAS, 2, Arithmetic.sub);
        _set(Op.DIV, Fork.LOW_GAS, 2, Arithmetic.div);
        _set(Op.SDIV, Fork.LOW_GAS, 2, Arithmetic.sdiv);
        _set(Op.MOD, Fork.LOW_GAS, 2, Arithmetic.mod);
        _set(Op.SMOD, Fork.LOW_GAS, 2, Arithmetic.smod);
        _set(Op.ADDMOD, Fork.MID_GAS, 3, Arithmetic.addMod);
        _set(Op.MULMOD, Fork.MID_GAS, 3, Arithmetic.mulMod);
        _set(Op.EXP, Fork.HIGH_GAS, 2, Arithmetic.exp_);
        _set(Op.SIGNEXTEND, Fork.LOW_GAS, 2, Arithmetic.signExtend);
        _set(Op.LT, Fork.VERY_LOW_GAS, 2, Arithmetic.lt_);
        _set(Op.GT, Fork.VERY_LOW_GAS, 2, Arithmetic.gt_);
        _set(Op.SLT, Fork.VERY_LOW_GAS, 2, Arithmetic.slt_);
        _set(Op.SGT, Fork.VERY_LOW_GAS, 2, Arithmetic.sgt_);
        _set(Op.EQ, Fork.VERY_LOW_GAS, 2, Arithmetic.eq_);
        _set(Op.ISZERO, Fork.VERY_LOW_GAS, 1, Arithmetic.isZero);
        _set(Op.AND, Fork.VERY_LOW_GAS, 2, Arithmetic.and_);
        _set(Op.OR, Fork.VERY_LOW_GAS, 2, Arithmetic.or_);
        _set(Op.XOR, Fork.VERY_LOW_GAS, 2, Arithmetic.xor_);
        _set(Op.NOT, Fork.VERY_LOW_GAS, 1, Arithmetic.not_);
        _set(Op.BYTE, Fork.VERY_LOW_GAS, 2, Arithmetic.byte_);
        _set(Op.SHL, Fork.VERY_LOW_GAS, 2, Arithmetic.shl_);
        _set(Op.SHR, Fork.VERY_LOW_GAS, 2, Arithmetic.shr_);
        _set(Op.SAR, Fork.VERY_LOW_GAS, 2, Arithmetic.sar_);
        _set(Op.CLZ, Fork.LOW_GAS, 1, Arithmetic.clz_);
    }

    function _fillEnvironment() private pure {
        _set(Op.ADDRESS, Fork.BASE_GAS, 0, Environment.address_);
        _set(Op.BALANCE, Fork.WARM_GAS, 1, Environment.balance);
        _set(Op.ORIGIN, Fork.BASE_GAS, 0, Environment.origin);
        _set(Op.CALLER, Fork.BASE_GAS, 0, Environment.caller);
        _set(Op.CALLVALUE, Fork.BASE_GAS, 0, Environment.callValue);
        _set(Op.GASPRICE, Fork.BASE_GAS, 0, Environment.gasPrice);
        _set(Op.EXTCODEHASH, Fork.WARM_GAS, 1, Environment.extCodeHash);
        _set(Op.BLOCKHASH, Fork.BLOCK_HASH_GAS, 1, Environment.blockHash);
        _set(Op.COINBASE, Fork.BASE_GAS, 0, Environment.coinbase);
        _set(Op.TIMESTAMP, Fork.BASE_GAS, 0, Environment.timestamp);
        _set(Op.NUMBER, Fork.BASE_GAS, 0, Environment.number);
        _set(Op.PREVRANDAO, Fork.BASE_GAS, 0, Environment.randomness);
        _set(Op.GASLIMIT, Fork.BASE_GAS, 0, Environment.gasLimit);
        _set(Op.CHAINID, Fork.BASE_GAS, 0, Environment.chainId);
        _set(Op.SELFBALANCE, Fork.LOW_GAS, 0, Environment.selfBalance);
        _set(Op.BASEFEE, Fork.BASE_GAS, 0, Environment.baseFee);
        _set(Op.BLOBHASH, Fork.VERY_LOW_GAS, 1, Environment.blobHash);
        _set(Op.BLOBBASEFEE, Fork.BASE_GAS, 0, Environment.blobBaseFee);
    }

    function _fillBytes() private pure {
        _set(Op.KECCAK256, Fork.KECCAK_GAS, 2, Bytes.keccak);
        _set(Op.CALLDATALOAD, Fork.VERY_LOW_GAS, 1, Bytes.callDataLoad);
        _set(Op.CALLDATASIZE, Fork.BASE_GAS, 0, Bytes.callDataSize);
        _set(Op.CALLDATACOPY, Fork.VERY_LOW_GAS, 3, Bytes.callDataCopy);
        _set(Op.CODESIZE, Fork.BASE_GAS, 0, Bytes.codeSize);
        _set(Op.CODECOPY, Fork.VERY_LOW_GAS, 3, Bytes.codeCopy);
        _set(Op.EXTCODESIZE, Fork.WARM_GAS, 1, Bytes.extCodeSize);
        _set(Op.EXTCODECOPY, Fork.WARM_GAS, 4, Bytes.extCodeCopy);
        _set(Op.RETURNDATASIZE, Fork.BASE_GAS, 0, Bytes.returnDataSize);
        _set(Op.RETURNDATACOPY, Fork.VERY_LOW_GAS, 3, Bytes.returnDataCopy);
        _set(Op.MLOAD, Fork.VERY_LOW_GAS, 1, Bytes.mload_);
        _set(Op.MSTORE, Fork.VERY_LOW_GAS, 2, Bytes.mstore_);
        _set(Op.MSTORE8, Fork.VERY_LOW_GAS, 2, Bytes.mstore8_);
        _set(Op.MSIZE, Fork.BASE_GAS, 0, Bytes.mSize);
        _set(Op.MCOPY, Fork.VERY_LOW_GAS, 3, Bytes.mCopy);
    }

    /// @dev Writes the entry of an opcode that costs `price` and takes `items` from the stack.
    function _set(
        uint256 opcode,
        uint256 price,
        uint256 items,
        function(uint256) view returns (uint256) handler
    ) private pure {
        assembly ("memory-safe") {
            // Writes to the table (Machine). A handler's place in the code is below 2^32, as contracts are shorter.
            let step := sub(add(PC_UNIT, shl(5, items)), add(shl(GAS_SHIFT, price), 0x20))
            mstore(add(TABLE, shl(5, opcode)), or(shl(32, step), handler))
        }
    }

    /// @dev Gives each of the `count` opcodes after `opcode` the entry before it with `more` added to its step, modulo
    /// 2^256.
    function _continue(uint256 opcode, uint256 count, uint256 more) private pure {
        assembly ("memory-safe") {
            // Reads and writes the table (Machine).
            let place := add(TABLE, shl(5, opcode))
            let entry := mload(place)
            more := shl(32, more)
            for {
                let end := add(place, shl(5, count))
            } lt(place, end) {} {
                place := add(place, 0x20)
                entry := add(entry, more)
                mstore(place, entry)
            }
        }
    }

    /// @dev Gives the `count` opcodes after `opcode` the same entry.
    function _repeat(uint256 opcode, uint256 count) private pure {
        assembly ("memory-safe") {
            // Reads and writes the table (Machine). Each step copies all entries that are there, as long as all are needed.
            let first := add(TABLE, shl(5, opcode))
            let left := shl(5, count)
            for {
                let done := 0x20
            } left {} {
                let size := done
                if lt(left, size) {
                    size := left
                }
                mcopy(add(first, done), first, size)
                done := add(done, size)
                left := sub(left, size)
            }
        }
    }
}
