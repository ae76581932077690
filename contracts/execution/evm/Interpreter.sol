// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Witness, WitnessIndex} from "../../trie/Witness.sol";
import {Fork} from "../fork/Fork.sol";
import {IPrecompiles} from "../precompiles/IPrecompiles.sol";
import {Calls} from "./instructions/Calls.sol";
import {Code} from "./Code.sol";
import {Completion} from "./Completion.sol";
import {Creates} from "./instructions/Creates.sol";
import {Dispatch} from "./Dispatch.sol";
import {Frames} from "./Frames.sol";
import {Heap} from "./Heap.sol";
import {Ending, IInterpreter, Message} from "./IInterpreter.sol";
import {Journal} from "./Journal.sol";
import {
    BASE_FEE,
    BLOB_BASE_FEE,
    BLOCK_GAS_LIMIT,
    CALLER,
    CHAIN_ID,
    CODE,
    COINBASE,
    FLOOR_GAS,
    FREE_START,
    GAS_PRICE,
    INPUT,
    INPUT_SIZE,
    KEPT_END,
    MEMORY_LIMIT,
    MODE,
    NUMBER,
    ORIGIN,
    PC_SHIFT,
    PRECOMPILES,
    RANDOMNESS,
    REFUND,
    REGIONS,
    STATE_ROOT,
    TIMESTAMP,
    TIP,
    TX_GAS,
    UNDO,
    VALUE,
    WITNESS,
    load,
    store
} from "./Machine.sol";
import {Pages} from "./Pages.sol";
import {Slots} from "./Slots.sol";
import {Snapshot} from "./Snapshot.sol";
import {World} from "./World.sol";

/// @title Interpreter
contract Interpreter is IInterpreter {
    IPrecompiles public immutable precompiles;

    /// @notice Cannot happen: when the machine ends or pauses, the call of L1 ends.
    error MachineUnended();

    constructor(IPrecompiles precompiles_) {
        precompiles = precompiles_;
    }

    /// @inheritdoc IInterpreter
    function run(
        Message calldata message,
        bytes calldata data,
        bytes calldata lists,
        bytes calldata witness
    ) external view returns (Ending, uint256, bytes memory, bytes memory, bytes memory) {
        _index(witness);
        store(PRECOMPILES, uint256(uint160(address(precompiles))));
        store(REGIONS, Pages.FIRST_REGIONS);
        store(KEPT_END, Pages.KEPT);
        _setRegisters(message);
        Snapshot.setUntil(message.until);
        _warm(message);
        _readLists(message, lists);
        uint256 gas_;
        unchecked {
            // The caller checked that the gas limit covers the intrinsic gas.
            gas_ = message.gasLimit - message.intrinsicGas;
        }
        Dispatch.run(message.creates ? _create(message, data, gas_) : _call(message, data, gas_));
        revert MachineUnended();
    }

    /// @inheritdoc IInterpreter
    function resume(
        bytes calldata snapshot,
        uint256 until,
        bytes calldata witness
    ) external view returns (Ending, uint256, bytes memory, bytes memory, bytes memory) {
        _index(witness);
        uint256 s = Snapshot.restore(snapshot);
        Snapshot.setUntil(until);
        uint256 mode = load(MODE);
        if (mode == Snapshot.LISTING) Completion.list();
        if (mode == Snapshot.ENDING) {
            s = Frames.end();
        } else {
            Frames.restore();
            unchecked {
                // The snapshot has the next instruction relative to the start of the code, whose place is below 2^32.
                s = Snapshot.counted(s + (load(CODE) << PC_SHIFT));
            }
        }
        Dispatch.run(s);
        revert MachineUnended();
    }

    /// @dev Starts the heap, and indexes the witness on it. Nothing may be allocated before (Machine).
    function _index(bytes calldata witness) private pure {
        Heap.startAt(FREE_START);
        store(WITNESS, Witness.unwrap(WitnessIndex.index(witness)));
    }

    function _setRegisters(Message calldata message) private pure {
        store(STATE_ROOT, uint256(message.stateRoot));
        store(ORIGIN, uint256(uint160(message.sender)));
        store(GAS_PRICE, message.gasPrice);
        store(TIP, message.tip);
        store(TX_GAS, message.gasLimit);
        store(FLOOR_GAS, message.floorGas);
        store(COINBASE, uint256(uint160(message.coinbase)));
        store(NUMBER, message.number);
        store(TIMESTAMP, message.timestamp);
        store(RANDOMNESS, message.randomness);
        store(BLOCK_GAS_LIMIT, message.blockGasLimit);
        store(CHAIN_ID, message.chainId);
        store(BASE_FEE, message.baseFee);
        store(BLOB_BASE_FEE, message.blobBaseFee);
        store(MEMORY_LIMIT, message.memoryLimit);
    }

    /// @dev Warms what is warm from the start (EIP-2929, EIP-2930, EIP-3651), and takes the gas limit's price from the
    /// sender.
    function _warm(Message calldata message) private pure {
        World.warm(uint256(uint160(message.coinbase)));
        World.warm(uint256(uint160(message.to)));
        uint256 sender = World.warm(uint256(uint160(message.sender)));
        World.account(uint256(uint160(message.sender)));
        World.flag(sender, World.CHANGED);
        unchecked {
            // The caller checked that the balance covers the highest cost, and that the nonce is not the last one.
            Journal.set(sender, World.NONCE, message.nonce + 1);
            Journal.set(sender, World.BALANCE, load(sender + World.BALANCE) - message.gasLimit * message.gasPrice);
        }
    }

    /// @dev Applies authorisations, which no failure undoes (EIP-7702), and warms an access list. An account that exists
    /// costs less than what the transaction paid for its authorisation: the rest is refunded. An access list is pairs of an
    /// address and a list of keys. An address takes 21 bytes with its prefix, a key 33. The caller checked that the list is
    /// sound.
    function _readLists(Message calldata message, bytes calldata lists) private pure {
        uint256 cursor;
        uint256 end;
        assembly ("memory-safe") {
            // No memory.
            cursor := lists.offset
            end := add(cursor, lists.length)
        }
        unchecked {
            // Positions in calldata: see Machine. The refund is bounded by what the transaction paid.
            for (uint256 left = message.authorizations; left != 0; left--) {
                if (World.authorize(_word(cursor), _word(cursor + 0x20), _word(cursor + 0x40))) {
                    store(REFUND, load(REFUND) + Fork.AUTHORIZATION_REFUND);
                }
                cursor += 0x60;
            }
            while (cursor < end) {
                (cursor, ) = _list(cursor);
                uint256 owner = World.warm(_word(cursor + 1) >> 96);
                (uint256 key, uint256 next) = _list(cursor + 21);
                for (; key < next; key += 33) Slots.warm(owner, _word(key + 1));
                cursor = next;
            }
        }
    }

    /// @dev Where the items of an RLP list start and end.
    function _list(uint256 item) private pure returns (uint256 start, uint256 end) {
        assembly ("memory-safe") {
            // Reads calldata. The first byte is 0xc0 + the length up to 55, or 0xf7 + the bytes of the length.
            let word := calldataload(item)
            let size := sub(byte(0, word), 0xc0)
            start := add(item, 1)
            if gt(size, 55) {
                let bytes_ := sub(size, 55)
                start := add(start, bytes_)
                size := shr(sub(256, shl(3, bytes_)), shl(8, word))
            }
            end := add(start, size)
        }
    }

    /// @dev Prepares a call by the transaction.
    /// @return The state of its frame. A call of a precompile completes the transaction, which ends the call of L1.
    function _call(Message calldata message, bytes calldata data, uint256 gas_) private view returns (uint256) {
        uint256 sender = World.account(uint256(uint160(message.sender)));
        uint256 entry = World.account(uint256(uint160(message.to)));
        uint256 mark = load(UNDO);
        uint256 input = Pages.open();
        Pages.write(input, _offset(data), data.length, Pages.CALLDATA);
        World.transfer(sender, entry, message.value);
        if (World.isEmpty(entry)) World.touch(entry);
        uint256 number = load(entry + World.ADDRESS);
        if (Fork.isPrecompile(number)) {
            (bool success, uint256 left) = Calls.run(number, gas_, input, data.length);
            if (!success) Journal.revertTo(mark);
            Completion.finish(left);
        }
        uint256 record = World.codeOf(entry);
        if (Code.delegates(record)) {
            uint256 delegate = Code.delegateOf(record);
            World.warm(delegate);
            record = World.codeOf(World.account(delegate));
        }
        Frames.prepare(CALLER, load(ORIGIN));
        Frames.prepare(VALUE, message.value);
        Frames.prepare(INPUT, input);
        Frames.prepare(INPUT_SIZE, data.length);
        return Frames.start(entry, record, mark, gas_);
    }

    /// @dev Prepares a creation by the transaction.
    /// @return The state of its frame. If the address is taken, the transaction is completed, which ends the call of
    /// L1.
    function _create(Message calldata message, bytes calldata data, uint256 gas_) private pure returns (uint256) {
        uint256 sender = World.account(uint256(uint160(message.sender)));
        uint256 entry = World.account(uint256(uint160(message.to)));
        if (!World.isVacant(entry)) Completion.finish(0);
        uint256 mark = load(UNDO);
        World.transfer(sender, entry, message.value);
        Frames.prepare(CALLER, load(ORIGIN));
        return Creates.start(entry, message.value, Code.fromCalldata(data), mark, gas_);
    }

    function _word(uint256 position) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            // Reads calldata.
            word := calldataload(position)
        }
    }

    function _offset(bytes calldata data) private pure returns (uint256 offset) {
        assembly ("memory-safe") {
            // No memory.
            offset := data.offset
        }
    }
}
