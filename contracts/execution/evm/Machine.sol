// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// The machine lies in L1's memory at fixed places, so that every access to it is one instruction with a constant:
//
//     0x00080  dispatch table: one word for each opcode (Dispatch)
//     0x02080  registers of the frame that runs, saved as one block when it calls (Frames)
//     0x02340  registers derived from those, and of this call of L1
//     0x024e0  registers of the transaction
//     0x02a00  heads of the trees of entries (Entries)
//     0x03200  heads of the table of pages (Pages)
//     0x05200  heads of the table of code (Code)
//     0x05600  registers of the frame that is about to start
//     0x05a00  jump destinations that were searched for (Code)
//     0x08000  stack of the frame that runs, which grows downwards from STACK_BASE
//     0x10240  the heap: index of the witness, code, pages
//
// Everything else lies in the machine's own address space, which is made of pages (Pages). Two words are kept apart: a
// place is where something lies in L1's memory, valid until the call of L1 ends; an address is where it lies in the
// machine's address space, valid until the transaction ends.
//
// What every instruction changes lies in one word on L1's stack, the state:
//
//     bits   0..16   place of the stack's top
//     bits  20..25   operand: the number in an opcode's name (PUSH, DUP, SWAP, LOG), which its handler takes out
//     bits  40..103  gas left, minus the gas at which the machine pauses
//     bit      136   guard: set where gas is overdrawn
//     bits 168..199  place of the next instruction
//
// One addition then charges an instruction's static price, takes its items and steps to the next one. A handler finds the
// place of the last item that the instruction takes, or of the item that it adds, where it takes none: it writes its
// result there, and one without a result drops it. So the place that a handler finds has bit 15, the guard of the stack,
// if there are as many items as the instruction takes, and room for its result.
//
// One test of the guards covers every exceptional halt: a handler that fails returns HALT, and the next test finds it.
// The machine also pauses by that test, at no cost and before any instruction: it pauses at an amount of gas, and the
// state counts gas from there. Only once the test fails does Dispatch find out which of the two it is.
//
// Why the assembly of the machine is memory-safe. The interpreter moves Solidity's free memory pointer to FREE_START
// before anything is allocated (Heap.startAt), so that the compiler never puts anything below: the table, the
// registers, the heads and the stack are memory that the machine has allocated for itself. The stack cannot leave its
// place: the guard of the stack is tested before a handler is called. Everything else that assembly writes to is scratch
// space (0x00 to 0x3f), a block from Heap.allocate, or a buffer that starts at the free memory pointer and is not used
// any more when something is allocated. Comments at blocks name which of these it is.
//
// `unchecked` has three reasons that come again and again. A place in memory and a position in calldata are below 2^32:
// L1's gas ends memory and calldata long before. An address is below 2^96, or made from a hash, and a range of pages
// does not come near 2^256. Gas of the L2 is below 2^64, as the Executor's constructor sees to it.

uint256 constant TABLE = 0x80;

uint256 constant STACK_BASE = 0x10000;
/// @dev The bits of the place of the stack's top in a state.
uint256 constant TOP = 0x1ffff;
uint256 constant FREE_START = 0x10240;

uint256 constant GAS_SHIFT = 40;
uint256 constant PC_SHIFT = 168;
uint256 constant PC_UNIT = 0x1000000000000000000000000000000000000000000;
/// @dev The state of a frame that failed: whatever an instruction adds to it, one of the guards tells.
uint256 constant HALT = 0;
/// @dev Where a handler may be called, the guard of the stack is one and that of gas is zero.
uint256 constant STACK_GUARD = 0x8000;
uint256 constant GAS_GUARD = 0x10000000000000000000000000000000000;
uint256 constant GUARDS = 0x10000000000000000000000000000008000;
/// @dev All of a state but the place of the next instruction.
uint256 constant NOT_PC = 0xffffffffffffffffffffffffffffffffffffffffff;
uint256 constant OPERAND_SHIFT = 20;
uint256 constant GAS_MASK = 0xffffffffffffffff;

// ---------------------------------------------------------------- the frame that runs

uint256 constant FRAME = 0x2080;
/// @dev The hash of its code, which leads to the code (Code).
uint256 constant CODE_HASH = 0x2080;
/// @dev Address of its memory; its size; and the number of offsets at which a word lies within that size.
uint256 constant MEMORY = 0x20a0;
uint256 constant MEMORY_SIZE = 0x20c0;
uint256 constant MEMORY_WORDS = 0x20e0;
/// @dev Address of its calldata.
uint256 constant INPUT = 0x2100;
uint256 constant INPUT_SIZE = 0x2120;
/// @dev Address of the entry of the account whose storage and balance the code uses (World).
uint256 constant SELF_ADDRESS = 0x2140;
uint256 constant CALLER = 0x2160;
uint256 constant VALUE = 0x2180;
/// @dev One in a static call, where nothing may change.
uint256 constant STATIC = 0x21a0;
uint256 constant DEPTH = 0x21c0;
/// @dev One if the frame runs init code.
uint256 constant CREATES = 0x21e0;
/// @dev Length of the journal when the frame began.
uint256 constant UNDO_MARK = 0x2200;
/// @dev The range of the caller's memory that gets what this frame returns.
uint256 constant OUTPUT = 0x2220;
uint256 constant OUTPUT_SIZE = 0x2240;
/// @dev Address of what the last call returned.
uint256 constant RETURNED = 0x2260;
uint256 constant RETURNED_SIZE = 0x2280;
/// @dev The memory of the frame that returned it: its pages are released with it.
uint256 constant RETURNED_MEMORY = 0x22a0;
uint256 constant RETURNED_MEMORY_SIZE = 0x22c0;
/// @dev Address of the saved caller; zero for the frame of the transaction.
uint256 constant PARENT = 0x22e0;
/// @dev The caller's state, with the place of the next instruction relative to the start of its code.
uint256 constant PARENT_STATE = 0x2300;
/// @dev Gas that the callers hold.
uint256 constant RESERVED = 0x2320;
uint256 constant FRAME_END = 0x2340;

// Registers derived from those, for this call of L1.

/// @dev The place of the first byte of the code, its size, and the place of its record (Code).
uint256 constant CODE = 0x2340;
uint256 constant CODE_SIZE = 0x2360;
uint256 constant CODE_RECORD = 0x2380;
/// @dev The place of the entry that SELF_ADDRESS leads to.
uint256 constant SELF = 0x23a0;

// ---------------------------------------------------------------- the call of L1

/// @dev When the machine pauses (Snapshot): at this gas of the running frame, in the bits where the state has its gas;
/// at this gas of all frames together; at this work left.
uint256 constant UNTIL = 0x23c0;
uint256 constant UNTIL_TOTAL = 0x23e0;
uint256 constant UNTIL_WORK = 0x2400;
/// @dev The state before an instruction that a guard refused.
uint256 constant REFUSED = 0x2420;
uint256 constant WITNESS = 0x2440;
/// @dev The last region that earlier calls of L1 used (Pages), and the root of the pages that they left (PageTree).
uint256 constant OLD_REGIONS = 0x2460;
uint256 constant PAGES_ROOT = 0x2480;
/// @dev Head of the list of released pages.
uint256 constant FREE_PAGES = 0x24a0;
/// @dev Head of the list of code that comes from no witness (Code).
uint256 constant NEW_CODES = 0x24c0;

// ---------------------------------------------------------------- the transaction

uint256 constant TRANSACTION = 0x24e0;
/// @dev What the machine is doing (Snapshot).
uint256 constant MODE = 0x24e0;
/// @dev Length of the journal (Journal).
uint256 constant UNDO = 0x2500;
/// @dev Gas to refund, two's complement.
uint256 constant REFUND = 0x2520;
/// @dev Address of the first account in the list of all accounts, and the number of accounts and slots (Entries).
uint256 constant ACCOUNTS = 0x2540;
uint256 constant ENTRIES = 0x2560;
/// @dev The lowest address that the next entry may have (Entries).
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
/// @dev How a frame ends (Frames): the gas that it leaves, address and size of what it returns, and one if it
/// succeeded.
uint256 constant END_GAS = 0x27a0;
uint256 constant END_DATA = 0x27c0;
uint256 constant END_SIZE = 0x27e0;
uint256 constant END_SUCCESS = 0x2800;
/// @dev The gas that the transaction used, and how far the list of its changes has come (Completion).
uint256 constant USED = 0x2820;
uint256 constant LISTED = 0x2840;
uint256 constant LIST_ACCOUNT = 0x2860;
uint256 constant LIST_SLOT = 0x2880;
uint256 constant LIST_RECORD = 0x28a0;
uint256 constant LIST_END = 0x28c0;
/// @dev The least gas that the transaction uses (EIP-7623).
uint256 constant FLOOR_GAS = 0x28e0;
uint256 constant TRANSACTION_END = 0x2900;

// The items of a CALL, in their order on the stack.

uint256 constant CALL_GAS = 0x2900;
uint256 constant CALL_TARGET = 0x2920;
uint256 constant CALL_VALUE = 0x2940;
uint256 constant CALL_INPUT = 0x2960;
uint256 constant CALL_INPUT_SIZE = 0x2980;
uint256 constant CALL_OUTPUT = 0x29a0;
uint256 constant CALL_OUTPUT_SIZE = 0x29c0;

uint256 constant HEADS = 0x2a00;
uint256 constant HEADS_END = 0x3200;
uint256 constant RESIDENT = 0x3200;
uint256 constant CODES = 0x5200;
/// @dev Where the registers of the next frame are prepared (Frames).
uint256 constant NEXT = 0x5600;
/// @dev Places of jump destinations that were searched for (Code), 128 words.
uint256 constant DESTINATIONS = 0x5a00;

// A page in memory starts with its number and the place of the next page with the same head.

uint256 constant PAGE_NEXT = 0x20;
uint256 constant PAGE_HEADER = 0x40;

// Of a record of code (Code): where its size stands, and where the code starts.

uint256 constant CODE_LENGTH = 0x40;
uint256 constant CODE_HEADER = 0x100;

/// @dev The word at a place in memory: a register, or a word on the heap.
function load(uint256 place) pure returns (uint256 word) {
    assembly ("memory-safe") {
        // Reads only.
        word := mload(place)
    }
}

/// @dev Writes the word at a place in memory: a register, or a word on the heap.
function store(uint256 place, uint256 word) pure {
    assembly ("memory-safe") {
        // Callers pass places of the machine or of blocks on the heap only.
        mstore(place, word)
    }
}

/// @dev Takes gas from a state.
/// @param gas_ At most 2^64: what is far larger would reach beyond the guard.
function charge(uint256 s, uint256 gas_) pure returns (uint256 state) {
    assembly ("memory-safe") {
        // No memory. Where gas is overdrawn, the subtraction borrows from the bits above the gas and sets the guard.
        state := sub(s, shl(GAS_SHIFT, gas_))
    }
}

/// @dev Whether gas is overdrawn. A guard alone may also mean that it is time to pause.
function halted(uint256 s) pure returns (bool result) {
    assembly ("memory-safe") {
        // Reads a register, and the guard of gas.
        result := gt(and(add(s, mload(UNTIL)), GAS_GUARD), 0)
    }
}

/// @dev The gas that is left.
function gasOf(uint256 s) pure returns (uint256 gas_) {
    assembly ("memory-safe") {
        // Reads a register.
        gas_ := and(shr(GAS_SHIFT, add(s, mload(UNTIL))), GAS_MASK)
    }
}

/// @dev Item `i` of the `taken` items that an instruction takes; item 0 was the top.
function itemAt(uint256 s, uint256 taken, uint256 i) pure returns (uint256 item) {
    assembly ("memory-safe") {
        // Reads the stack: the state has the place of the last item, and those before it lie below.
        item := mload(sub(and(s, TOP), shl(5, sub(sub(taken, 1), i))))
    }
}

/// @dev The address in an item of the stack.
function addressAt(uint256 s, uint256 taken, uint256 i) pure returns (uint256 owner) {
    assembly ("memory-safe") {
        // As in `itemAt`, with the high 96 bits cleared.
        owner := shr(96, shl(96, mload(sub(and(s, TOP), shl(5, sub(sub(taken, 1), i))))))
    }
}

/// @dev Ends a handler with a result.
function push(uint256 s, uint256 word) pure returns (uint256) {
    assembly ("memory-safe") {
        // Writes to the stack, at the place that dispatch has made sure of.
        mstore(and(s, TOP), word)
    }
    return s;
}

/// @dev Ends a handler without a result.
function drop(uint256 s) pure returns (uint256 state) {
    assembly ("memory-safe") {
        // No memory. The item below becomes the top.
        state := add(s, 0x20)
    }
}

/// @dev Takes the operand out of a state, where the next instruction must not find it.
function takeOperand(uint256 s) pure returns (uint256 state, uint256 operand) {
    assembly ("memory-safe") {
        // No memory.
        operand := and(shr(OPERAND_SHIFT, s), 0x3f)
        state := sub(s, shl(OPERAND_SHIFT, operand))
    }
}
