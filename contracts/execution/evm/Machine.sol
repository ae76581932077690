// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// The machine lies in memory at fixed places, so that every access to it is one instruction with a constant:
//
//     0x00080  dispatch table: one word for each opcode (Dispatch)
//     0x02080  registers of the frame that runs, saved as one block when it calls (Frames)
//     0x02340  registers that follow from those, and of this call of L1
//     0x024e0  registers of the transaction
//     0x02a00  heads of the trees of entries (Entries)
//     0x03200  heads of the table of pages (Pages)
//     0x05200  heads of the table of code (Code)
//     0x05600  registers of the frame that is about to start
//     0x07fe0  stack of the frame that runs, which grows downwards from STACK_BASE
//     0x10240  index of the witness, code, pages
//
// Everything else lies in pages of an address space of its own (Pages). A place in memory is good for one call of L1; what
// outlives that is an address.
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

uint256 constant FRAME = 0x2080;
/// @dev What its code is found by (Code).
uint256 constant CODE_HASH = 0x2080;
/// @dev Address of its memory, its size, and how many offsets a word may be read at without growing it.
uint256 constant MEMORY = 0x20a0;
uint256 constant MEMORY_SIZE = 0x20c0;
uint256 constant MEMORY_WORDS = 0x20e0;
/// @dev Address of its calldata.
uint256 constant INPUT = 0x2100;
uint256 constant INPUT_SIZE = 0x2120;
/// @dev Address of the entry of the account whose storage and balance the code works on (World).
uint256 constant SELF_ADDRESS = 0x2140;
uint256 constant CALLER = 0x2160;
uint256 constant VALUE = 0x2180;
/// @dev One where nothing may change.
uint256 constant STATIC = 0x21a0;
uint256 constant DEPTH = 0x21c0;
/// @dev One where the frame runs init code.
uint256 constant CREATES = 0x21e0;
/// @dev Length of the journal when the frame began.
uint256 constant UNDO_MARK = 0x2200;
/// @dev Where the caller wants what this frame returns, in its memory.
uint256 constant OUTPUT = 0x2220;
uint256 constant OUTPUT_SIZE = 0x2240;
/// @dev Address of what the last call returned.
uint256 constant RETURNED = 0x2260;
uint256 constant RETURNED_SIZE = 0x2280;
/// @dev The memory which that lies in, and is given back with.
uint256 constant RETURNED_MEMORY = 0x22a0;
uint256 constant RETURNED_MEMORY_SIZE = 0x22c0;
/// @dev Address of the saved caller; zero for the frame of the transaction.
uint256 constant PARENT = 0x22e0;
/// @dev The caller's state, with the place of the next instruction counted from the start of its code.
uint256 constant PARENT_STATE = 0x2300;
/// @dev Gas that the callers hold.
uint256 constant RESERVED = 0x2320;
uint256 constant FRAME_END = 0x2340;

// What follows from them in this call of L1.

/// @dev The first byte of the code, its size, and its record (Code).
uint256 constant CODE = 0x2340;
uint256 constant CODE_SIZE = 0x2360;
uint256 constant CODE_RECORD = 0x2380;
/// @dev The entry of the account that SELF_ADDRESS names.
uint256 constant SELF = 0x23a0;

// ---------------------------------------------------------------- the call of L1

/// @dev The gas of this frame at which the machine pauses, where the state has its gas; the gas of all frames; and the work that
/// may be left (Snapshot).
uint256 constant UNTIL = 0x23c0;
uint256 constant UNTIL_TOTAL = 0x23e0;
uint256 constant UNTIL_WORK = 0x2400;
/// @dev The state before an instruction that a guard refused.
uint256 constant REFUSED = 0x2420;
uint256 constant WITNESS = 0x2440;
/// @dev The last region of addresses that a call of L1 before this one used, and the root of the pages then (Pages, PageTree).
uint256 constant OLD_REGIONS = 0x2460;
uint256 constant PAGES_ROOT = 0x2480;
/// @dev Head of the list of pages that were given back.
uint256 constant FREE_PAGES = 0x24a0;
/// @dev Head of the list of code that no witness has had (Code).
uint256 constant NEW_CODES = 0x24c0;

// ---------------------------------------------------------------- the transaction

uint256 constant TRANSACTION = 0x24e0;
/// @dev What the machine is doing (Snapshot).
uint256 constant MODE = 0x24e0;
/// @dev Length of the journal (Journal).
uint256 constant UNDO = 0x2500;
/// @dev Gas to refund, two's complement.
uint256 constant REFUND = 0x2520;
/// @dev Address of the first one in the list of all accounts, and the number of accounts and slots (Entries).
uint256 constant ACCOUNTS = 0x2540;
uint256 constant ENTRIES = 0x2560;
/// @dev Where the next entry may lie (Entries).
uint256 constant KEPT_END = 0x2580;
/// @dev The last region of addresses in use (Pages).
uint256 constant REGIONS = 0x25a0;
uint256 constant STATE_ROOT = 0x25c0;
uint256 constant ORIGIN = 0x25e0;
uint256 constant GAS_PRICE = 0x2600;
uint256 constant COINBASE = 0x2620;
uint256 constant NUMBER = 0x2640;
uint256 constant TIMESTAMP = 0x2660;
uint256 constant RANDOMNESS = 0x2680;
uint256 constant BLOCK_GAS_LIMIT = 0x26a0;
uint256 constant CHAIN_ID = 0x26c0;
uint256 constant BASE_FEE = 0x26e0;
uint256 constant BLOB_BASE_FEE = 0x2700;
uint256 constant TX_GAS = 0x2720;
uint256 constant TIP = 0x2740;
uint256 constant PRECOMPILES = 0x2760;
/// @dev The most bytes of memory that a frame may have.
uint256 constant MEMORY_LIMIT = 0x2780;
/// @dev How a frame ends: the gas that it leaves, address and size of its data, and whether it succeeded (Frames).
uint256 constant END_GAS = 0x27a0;
uint256 constant END_DATA = 0x27c0;
uint256 constant END_SIZE = 0x27e0;
uint256 constant END_SUCCESS = 0x2800;
/// @dev The gas that the transaction used, and how far its changes are listed (Completion).
uint256 constant USED = 0x2820;
uint256 constant LISTED = 0x2840;
uint256 constant LIST_ACCOUNT = 0x2860;
uint256 constant LIST_SLOT = 0x2880;
uint256 constant LIST_RECORD = 0x28a0;
uint256 constant LIST_END = 0x28c0;
uint256 constant TRANSACTION_END = 0x28e0;

// What a CALL asks for, in the order of its stack items.

uint256 constant CALL_GAS = 0x28e0;
uint256 constant CALL_TARGET = 0x2900;
uint256 constant CALL_VALUE = 0x2920;
uint256 constant CALL_INPUT = 0x2940;
uint256 constant CALL_INPUT_SIZE = 0x2960;
uint256 constant CALL_OUTPUT = 0x2980;
uint256 constant CALL_OUTPUT_SIZE = 0x29a0;

uint256 constant HEADS = 0x2a00;
uint256 constant HEADS_END = 0x3200;
uint256 constant RESIDENT = 0x3200;
uint256 constant CODES = 0x5200;
/// @dev Where the registers of the next frame are prepared.
uint256 constant NEXT = 0x5600;

// A page in memory has its number and the next page with the same head in front.

uint256 constant PAGE_NEXT = 0x20;
uint256 constant PAGE_HEADER = 0x40;

// A record of code (Code): its size, and where the code starts.

uint256 constant CODE_LENGTH = 0x40;
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
