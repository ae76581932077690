// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Fork} from "../../fork/Fork.sol";
import {IPrecompiles} from "../../precompiles/IPrecompiles.sol";
import {Code} from "../Code.sol";
import {Frames} from "../Frames.sol";
import {Journal} from "../Journal.sol";
import {
    CALLER,
    CALL_GAS,
    CALL_INPUT,
    CALL_INPUT_SIZE,
    CALL_OUTPUT,
    CALL_OUTPUT_SIZE,
    CALL_TARGET,
    CALL_VALUE,
    CODE_LENGTH,
    CREATES,
    DEPTH,
    GAS_SHIFT,
    HALT,
    INPUT,
    INPUT_SIZE,
    OUTPUT,
    OUTPUT_SIZE,
    PRECOMPILES,
    RETURNED,
    RETURNED_MEMORY,
    RETURNED_MEMORY_SIZE,
    RETURNED_SIZE,
    SELF,
    STATIC,
    TOP,
    UNDO,
    VALUE,
    charge,
    gasOf,
    halted,
    load,
    push,
    store
} from "../Machine.sol";
import {Memory} from "../Memory.sol";
import {Pages} from "../Pages.sol";
import {World} from "../World.sol";

/// @title Calls
/// @notice CALL, CALLCODE, DELEGATECALL and STATICCALL. They differ in whose storage the code uses, which caller and
/// value it sees, and whether value moves.
/// @dev Assembly here is memory-safe: it touches registers and the stack, which lie below the heap (Machine), and a
/// buffer that starts at the free memory pointer.
library Calls {
    uint256 private constant CALL = 0;
    uint256 private constant CALLCODE = 1;
    uint256 private constant DELEGATECALL = 2;
    uint256 private constant STATICCALL = 3;

    function call(uint256 s) internal view returns (uint256) {
        _readWithValue(s);
        if (load(CALL_VALUE) != 0 && load(STATIC) != 0) return HALT;
        return _call(s, CALL);
    }

    function callCode(uint256 s) internal view returns (uint256) {
        _readWithValue(s);
        return _call(s, CALLCODE);
    }

    function delegateCall(uint256 s) internal view returns (uint256) {
        _read(s);
        return _call(s, DELEGATECALL);
    }

    function staticCall(uint256 s) internal view returns (uint256) {
        _read(s);
        return _call(s, STATICCALL);
    }

    /// @dev Copies the seven items of a CALL to the registers CALL_*.
    function _readWithValue(uint256 s) private pure {
        assembly ("memory-safe") {
            // From the stack to registers. The first item lies lowest on the stack, as CALL_GAS does among the
            // registers.
            mcopy(CALL_GAS, sub(and(s, TOP), 0xc0), 0xe0)
        }
    }

    /// @dev The same for a call of six items, which has no value.
    function _read(uint256 s) private pure {
        assembly ("memory-safe") {
            // From the stack to registers.
            let sp := and(s, TOP)
            mcopy(CALL_GAS, sub(sp, 0xa0), 0x40)
            mstore(CALL_VALUE, 0)
            mcopy(CALL_INPUT, sub(sp, 0x60), 0x80)
        }
    }

    /// @dev Does what the four have in common, by the registers CALL_*.
    function _call(uint256 s, uint256 kind) private view returns (uint256) {
        s = Memory.touch(s, load(CALL_INPUT), load(CALL_INPUT_SIZE));
        if (s == HALT) return HALT;
        s = Memory.touch(s, load(CALL_OUTPUT), load(CALL_OUTPUT_SIZE));
        if (s == HALT) return HALT;
        uint256 target;
        (s, target) = World.access(s, uint160(load(CALL_TARGET)), Fork.COLD_ACCOUNT_SURCHARGE);
        if (s == HALT) return HALT;
        uint256 runs = 0;
        if (!Fork.isPrecompile(load(target + World.ADDRESS))) {
            (s, runs) = _runsCodeOf(s, target);
            if (s == HALT) return HALT;
        }
        uint256 value = load(CALL_VALUE);
        if (value != 0) {
            s = charge(s, Fork.CALL_VALUE_GAS + (kind == CALL && World.isEmpty(target) ? Fork.NEW_ACCOUNT_GAS : 0));
            if (halted(s)) return HALT;
        }
        uint256 gas_;
        (s, gas_) = _allot(s, value);
        if (load(DEPTH) >= Fork.MAX_DEPTH || load(load(SELF) + World.BALANCE) < value) return Frames.decline(s, gas_);

        uint256 mark = load(UNDO);
        if (kind == CALL) World.transfer(load(SELF), target, value);
        if ((kind == CALL || kind == STATICCALL) && World.isEmpty(target)) World.touch(target);
        if (runs == 0) return _precompile(s, load(target + World.ADDRESS), gas_, mark);
        uint256 record = World.codeOf(runs);
        if (load(record + CODE_LENGTH) == 0) return _withoutCode(s, gas_);
        return _start(s, target, kind, record, mark, gas_);
    }

    /// @dev The account whose code a call of `target` runs: itself, or the one to which it delegates, which is accessed as
    /// well (EIP-7702).
    function _runsCodeOf(uint256 s, uint256 target) private pure returns (uint256, uint256 entry) {
        uint256 record = World.codeOf(target);
        if (!Code.delegates(record)) return (s, target);
        s = charge(s, Fork.WARM_GAS);
        if (halted(s)) return (HALT, target);
        return World.access(s, Code.delegateOf(record), Fork.COLD_ACCOUNT_SURCHARGE);
    }

    /// @dev Takes the gas of the call: at most all but a 64th of what is left (EIP-150). A call with value gets a
    /// stipend on top.
    function _allot(uint256 s, uint256 value) private pure returns (uint256, uint256 gas_) {
        unchecked {
            // Gas has 64 bits, and the stipend is less than what a call with value costs.
            uint256 most = gasOf(s);
            most -= most / Fork.KEPT_GAS_QUOTIENT;
            gas_ = load(CALL_GAS);
            if (gas_ > most) gas_ = most;
            s = charge(s, gas_);
            if (value != 0) gas_ += Fork.STIPEND;
        }
        return (s, gas_);
    }

    /// @dev A call of an account without code succeeds at once.
    function _withoutCode(uint256 s, uint256 gas_) private pure returns (uint256) {
        store(RETURNED_SIZE, 0);
        unchecked {
            // The gas was taken from this state, but for a stipend, which is less than what a call with value costs.
            return push(s + (gas_ << GAS_SHIFT), 1);
        }
    }

    /// @dev Starts the frame of the call.
    function _start(
        uint256 s,
        uint256 target,
        uint256 kind,
        uint256 record,
        uint256 mark,
        uint256 gas_
    ) private pure returns (uint256) {
        uint256 self = load(SELF);
        Frames.prepare(CALLER, kind == DELEGATECALL ? load(CALLER) : load(self + World.ADDRESS));
        Frames.prepare(VALUE, kind == DELEGATECALL ? load(VALUE) : load(CALL_VALUE));
        Frames.prepare(STATIC, kind == STATICCALL ? 1 : load(STATIC));
        Frames.prepare(CREATES, 0);
        Frames.prepare(INPUT, Memory.place(load(CALL_INPUT)));
        Frames.prepare(INPUT_SIZE, load(CALL_INPUT_SIZE));
        Frames.prepare(OUTPUT, load(CALL_OUTPUT));
        Frames.prepare(OUTPUT_SIZE, load(CALL_OUTPUT_SIZE));
        Frames.suspend(s);
        return Frames.start(kind == CALL || kind == STATICCALL ? target : self, record, mark, gas_);
    }

    /// @dev Calls a precompile. If it fails, the transfer of value is undone.
    function _precompile(uint256 s, uint256 number, uint256 gas_, uint256 mark) private view returns (uint256) {
        (bool success, uint256 left) = run(number, gas_, Memory.place(load(CALL_INPUT)), load(CALL_INPUT_SIZE));
        if (!success) Journal.revertTo(mark);
        uint256 size = load(RETURNED_SIZE);
        if (size > load(CALL_OUTPUT_SIZE)) size = load(CALL_OUTPUT_SIZE);
        Pages.copy(Memory.place(load(CALL_OUTPUT)), load(RETURNED), size);
        unchecked {
            // As in `_withoutCode`: a precompile leaves at most the gas that it got.
            return push(s + (left << GAS_SHIFT), success ? 1 : 0);
        }
    }

    /// @notice Runs a precompile on a range. Its output becomes what the last call returned.
    /// @param which Its address.
    /// @param gas_ The gas that it may use.
    /// @param input Where the range starts.
    /// @param size Bytes of the range.
    /// @return success Whether it succeeded.
    /// @return left The gas that it left.
    function run(
        uint256 which,
        uint256 gas_,
        uint256 input,
        uint256 size
    ) internal view returns (bool success, uint256 left) {
        Frames.dropReturned();
        Pages.touch(input, size);
        uint256 selector = uint32(IPrecompiles.run.selector);
        uint256 free = load(0x40);
        unchecked {
            // A place in memory: see Machine.
            Pages.read(free + 0xa0, input, size);
        }
        uint256 length;
        assembly ("memory-safe") {
            // A buffer where memory is free: the call by the ABI, (which, gas, input), then the first four words of its
            // result, (success, left, offset, length). The output itself stays in returndata.
            mstore(free, selector)
            mstore(add(free, 0x20), which)
            mstore(add(free, 0x40), gas_)
            mstore(add(free, 0x60), 0x60)
            mstore(add(free, 0x80), size)
            if iszero(
                staticcall(gas(), mload(PRECOMPILES), add(free, 0x1c), add(0x84, and(add(size, 0x1f), not(0x1f))), 0, 0)
            ) {
                // L1's gas did not suffice. That is no result of the L2's call: revert with the same error.
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
            returndatacopy(free, 0, 0x80)
            success := mload(free)
            left := mload(add(free, 0x20))
            length := mload(add(free, 0x60))
        }
        if (length == 0) return (success, left);
        uint256 output = Pages.open();
        Pages.write(output, 0x80, length, Pages.RETURNDATA);
        store(RETURNED, output);
        store(RETURNED_SIZE, length);
        store(RETURNED_MEMORY, output);
        store(RETURNED_MEMORY_SIZE, length);
    }
}
