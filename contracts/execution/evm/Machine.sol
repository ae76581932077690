// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// The machine lies in memory at fixed places, so that every access to it is one instruction with a constant:
//
//     0x00080  dispatch table: one word for each opcode (Dispatch)
//     0x02080  registers of the frame that runs, saved as one block when it calls (Frames)
//     0x02400  registers of the transaction
//     0x02800  heads of the world's hash table (World)
//     0x04800  registers of the frame that is about to start
//     0x04b00  first chunk of the heap: entries of the world and its journal (Heap)
//     0x07fe0  stack of the frame that runs, which grows downwards from STACK_BASE
//     0x10240  code, memories of the frames, saved frames
//
// What changes with every instruction lies in one word on the stack of L1, the state:
//
//     bits   0..15   place of the stack's top
//     bit       16   guard: set where an instruction takes more items than there are
//     bits  40..103  gas that is left, less the gas at which the machine pauses
//     bit      200   guard: set where gas is overdrawn, or by HALT
//     bits 224..255  place of the next instruction
//
// An instruction's static price, the items it takes and the step to the next one are then a single addition, and one
// test of the guards covers every exceptional halt: a handler that fails returns HALT. The same test tells that it is
// time to pause, which therefore costs nothing and can happen before any instruction: a machine pauses at an amount of
// gas, and the state counts from there. Only behind the guard the two are told apart.

uint256 constant TABLE = 0x80;

uint256 constant STACK_BASE = 0xffe0;
/// @dev Below it there is no room for one more of 1024 items.
uint256 constant STACK_FULL = 0x8000;
uint256 constant FREE_START = 0x10240;

uint256 constant GAS_SHIFT = 40;
uint256 constant PC_SHIFT = 224;
uint256 constant PC_UNIT = 0x100000000000000000000000000000000000000000000000000000000;
/// @dev The bit of the guard, and one below it that the price of the instruction behind can be taken from.
uint256 constant HALT = 0x180000000000000000000000000000000000000000000000000;
uint256 constant GUARDS = 0x100000000000000000000000000000000000000000000010000;
/// @dev All of a state but the place of the next instruction.
uint256 constant NOT_PC = 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffff;
uint256 constant GAS_MASK = 0xffffffffffffffff;

// ---------------------------------------------------------------- the frame that runs

/// @dev The first byte of the code.
uint256 constant CODE = 0x2080;
uint256 constant CODE_SIZE = 0x20a0;
/// @dev The code's record (Code).
uint256 constant CODE_RECORD = 0x20c0;
/// @dev The first byte of memory, its size, and how many offsets a word may be read at without growing it.
uint256 constant MEMORY = 0x20e0;
uint256 constant MEMORY_SIZE = 0x2100;
uint256 constant MEMORY_WORDS = 0x2120;
uint256 constant MEMORY_CAPACITY = 0x2140;
/// @dev Calldata.
uint256 constant INPUT = 0x2160;
uint256 constant INPUT_SIZE = 0x2180;
/// @dev The account whose storage and balance the code works on (World).
uint256 constant SELF = 0x21a0;
uint256 constant CALLER = 0x21c0;
uint256 constant VALUE = 0x21e0;
/// @dev One where nothing may change.
uint256 constant STATIC = 0x2200;
uint256 constant DEPTH = 0x2220;
/// @dev One where the frame runs init code.
uint256 constant CREATES = 0x2240;
/// @dev The journal's head when the frame began.
uint256 constant UNDO_MARK = 0x2260;
/// @dev Where the caller wants what this frame returns, in its memory.
uint256 constant OUTPUT = 0x2280;
uint256 constant OUTPUT_SIZE = 0x22a0;
/// @dev What the last call returned.
uint256 constant RETURNED = 0x22c0;
uint256 constant RETURNED_SIZE = 0x22e0;
/// @dev The saved caller; zero for the frame of the transaction.
uint256 constant PARENT = 0x2300;
/// @dev The caller's state.
uint256 constant PARENT_STATE = 0x2320;
/// @dev Gas that the callers hold.
uint256 constant RESERVED = 0x2340;
uint256 constant FRAME = 0x2080;
uint256 constant FRAME_END = 0x2360;

/// @dev The gas of this frame at which the machine pauses, where the state has its gas; and the gas of all frames.
uint256 constant UNTIL = 0x2360;
uint256 constant UNTIL_TOTAL = 0x2380;
/// @dev The state before an instruction that a guard refused.
uint256 constant REFUSED = 0x23a0;

/// @dev Where the heap must not reach (Heap), and how many bytes of code are still allowed (Code).
uint256 constant HEAP_LIMIT = 0x23c0;
uint256 constant CODE_ROOM = 0x23e0;

// ---------------------------------------------------------------- the transaction

/// @dev Head of the journal (World).
uint256 constant UNDO = 0x2400;
/// @dev Gas to refund, two's complement.
uint256 constant REFUND = 0x2420;
/// @dev Head of the list of all accounts in memory.
uint256 constant ACCOUNTS = 0x2440;
/// @dev The rest of the heap's chunk, and where the last thing ends that outlives its frame (Heap).
uint256 constant CHUNK = 0x2460;
uint256 constant CHUNK_END = 0x2480;
uint256 constant FLOOR = 0x24a0;
uint256 constant WITNESS = 0x24c0;
uint256 constant STATE_ROOT = 0x24e0;
uint256 constant ORIGIN = 0x2500;
uint256 constant GAS_PRICE = 0x2520;
uint256 constant COINBASE = 0x2540;
uint256 constant NUMBER = 0x2560;
uint256 constant TIMESTAMP = 0x2580;
uint256 constant RANDOMNESS = 0x25a0;
uint256 constant BLOCK_GAS_LIMIT = 0x25c0;
uint256 constant CHAIN_ID = 0x25e0;
uint256 constant BASE_FEE = 0x2600;
uint256 constant BLOB_BASE_FEE = 0x2620;
uint256 constant TX_GAS = 0x2640;
uint256 constant TIP = 0x2660;
/// @dev Head of the list of records whose code the witness has (Code).
uint256 constant CODES = 0x2680;
uint256 constant PRECOMPILES = 0x26a0;
uint256 constant REGISTERS_END = 0x26c0;

// What a CALL asks for, in the order of its stack items.
uint256 constant CALL_GAS = 0x26c0;
uint256 constant CALL_TARGET = 0x26e0;
uint256 constant CALL_VALUE = 0x2700;
uint256 constant CALL_INPUT = 0x2720;
uint256 constant CALL_INPUT_SIZE = 0x2740;
uint256 constant CALL_OUTPUT = 0x2760;
uint256 constant CALL_OUTPUT_SIZE = 0x2780;

uint256 constant HEADS = 0x2800;
/// @dev Where the registers of the next frame are prepared.
uint256 constant NEXT = 0x4800;
uint256 constant FIRST_CHUNK = 0x4b00;
uint256 constant FIRST_CHUNK_END = 0x7f00;

// A record of code (Code): where it says that the code is absent, which record was made before, and where the code starts.
uint256 constant CODE_ABSENT = 0x80;
uint256 constant CODE_PREVIOUS = 0xa0;
uint256 constant CODE_HEADER = 0xe0;

/// @dev The word at a place in memory.
function load(uint256 place) pure returns (uint256 word) {
    assembly ("memory-safe") {
        word := mload(place)
    }
}

/// @dev Writes the word at a place in memory.
function store(uint256 place, uint256 word) pure {
    assembly ("memory-safe") {
        mstore(place, word)
    }
}

/// @dev Takes gas from a state; at most 2^128.
function charge(uint256 s, uint256 gas_) pure returns (uint256 state) {
    assembly ("memory-safe") {
        state := sub(s, shl(GAS_SHIFT, gas_))
    }
}

/// @dev Whether gas is overdrawn.
function halted(uint256 s) pure returns (bool result) {
    assembly ("memory-safe") {
        result := gt(and(add(s, mload(UNTIL)), HALT), 0)
    }
}

/// @dev The gas that is left.
function gasOf(uint256 s) pure returns (uint256 gas_) {
    assembly ("memory-safe") {
        gas_ := and(shr(GAS_SHIFT, add(s, mload(UNTIL))), GAS_MASK)
    }
}

/// @dev Item `i` of the `taken` that a handler took from the stack; the first was the top.
function itemAt(uint256 s, uint256 taken, uint256 i) pure returns (uint256 item) {
    assembly ("memory-safe") {
        item := mload(sub(and(s, 0xffff), shl(5, sub(taken, i))))
    }
}

/// @dev The address in an item of the stack.
function addressAt(uint256 s, uint256 taken, uint256 i) pure returns (uint256 owner) {
    assembly ("memory-safe") {
        owner := shr(96, shl(96, mload(sub(and(s, 0xffff), shl(5, sub(taken, i))))))
    }
}

/// @dev Pushes a word; for handlers that took at least one item.
function push(uint256 s, uint256 word) pure returns (uint256 state) {
    assembly ("memory-safe") {
        state := sub(s, 32)
        mstore(and(state, 0xffff), word)
    }
}

/// @dev Pushes a word where there may be no room.
function pushChecked(uint256 s, uint256 word) pure returns (uint256 state) {
    assembly ("memory-safe") {
        state := sub(s, 32)
        mstore(and(state, 0xffff), word)
        if lt(and(s, 0xffff), STACK_FULL) {
            state := HALT
        }
    }
}
