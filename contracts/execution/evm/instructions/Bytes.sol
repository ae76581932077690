// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Fork} from "../../fork/Fork.sol";
import {
    CODE,
    CODE_HEADER,
    CODE_LENGTH,
    CODE_SIZE,
    HALT,
    INPUT,
    INPUT_SIZE,
    MEMORY_SIZE,
    MEMORY_WORDS,
    RETURNED,
    RETURNED_SIZE,
    STATIC,
    TOP,
    addressAt,
    charge,
    drop,
    halted,
    itemAt,
    load,
    push,
    takeOperand
} from "../Machine.sol";
import {Memory} from "../Memory.sol";
import {Pages} from "../Pages.sol";
import {World} from "../World.sol";

/// @title Bytes
/// @notice Instructions on memory, calldata, code and returned data.
library Bytes {
    function mload_(uint256 s) internal pure returns (uint256) {
        uint256 offset = itemAt(s, 1, 0);
        if (offset >= load(MEMORY_WORDS)) {
            s = Memory.touch(s, offset, 32);
            if (s == HALT) return HALT;
        }
        return push(s, Pages.word(Memory.place(offset)));
    }

    function mstore_(uint256 s) internal pure returns (uint256) {
        uint256 offset = itemAt(s, 2, 0);
        if (offset >= load(MEMORY_WORDS)) {
            s = Memory.touch(s, offset, 32);
            if (s == HALT) return HALT;
        }
        Pages.setWord(Memory.place(offset), itemAt(s, 2, 1));
        return drop(s);
    }

    function mstore8_(uint256 s) internal pure returns (uint256) {
        uint256 offset = itemAt(s, 2, 0);
        s = Memory.touch(s, offset, 1);
        if (s == HALT) return HALT;
        uint256 place = Pages.locate(Memory.place(offset));
        assembly ("memory-safe") {
            // Writes a byte to its page. The value is the last item.
            mstore8(place, mload(and(s, TOP)))
        }
        return drop(s);
    }

    function mSize(uint256 s) internal pure returns (uint256) {
        return push(s, load(MEMORY_SIZE));
    }

    function mCopy(uint256 s) internal pure returns (uint256) {
        uint256 to = itemAt(s, 3, 0);
        uint256 from = itemAt(s, 3, 1);
        uint256 size = itemAt(s, 3, 2);
        s = _touchCopy(s, to, size);
        if (s == HALT) return HALT;
        s = Memory.touch(s, from, size);
        if (s == HALT) return HALT;
        Pages.copy(Memory.place(to), Memory.place(from), size);
        return drop(s);
    }

    function keccak(uint256 s) internal pure returns (uint256) {
        uint256 offset = itemAt(s, 2, 0);
        uint256 size = itemAt(s, 2, 1);
        s = Memory.touch(s, offset, size);
        if (s == HALT) return HALT;
        unchecked {
            // Memory contains the range, whose size is below 2^32.
            s = charge(s, Fork.KECCAK_WORD_GAS * ((size + 31) / 32));
        }
        if (halted(s)) return HALT;
        uint256 place = Pages.gather(Memory.place(offset), size);
        uint256 hash;
        assembly ("memory-safe") {
            // Reads the range.
            hash := keccak256(place, size)
        }
        return push(s, hash);
    }

    /// @notice LOG0 to LOG4: only the price matters, because no state root depends on logs.
    function log(uint256 s) internal pure returns (uint256) {
        if (load(STATIC) != 0) return HALT;
        uint256 topics;
        (s, topics) = takeOperand(s);
        uint256 size;
        unchecked {
            // At most four topics.
            size = itemAt(s, topics + 2, 1);
            s = Memory.touch(s, itemAt(s, topics + 2, 0), size);
        }
        if (s == HALT) return HALT;
        unchecked {
            // Memory contains the range, whose size is below 2^32.
            return charge(drop(s), Fork.LOG_BYTE_GAS * size);
        }
    }

    function callDataLoad(uint256 s) internal pure returns (uint256) {
        uint256 offset = itemAt(s, 1, 0);
        uint256 size = load(INPUT_SIZE);
        if (offset >= size) return push(s, 0);
        uint256 word = Pages.word(load(INPUT) + offset);
        unchecked {
            // The offset is below the size. Bytes after the end of the calldata read as zero.
            if (size - offset < 32) word &= ~(type(uint256).max >> (8 * (size - offset)));
        }
        return push(s, word);
    }

    function callDataSize(uint256 s) internal pure returns (uint256) {
        return push(s, load(INPUT_SIZE));
    }

    function callDataCopy(uint256 s) internal pure returns (uint256) {
        return _copy(s, load(INPUT), load(INPUT_SIZE), true);
    }

    function codeSize(uint256 s) internal pure returns (uint256) {
        return push(s, load(CODE_SIZE));
    }

    function codeCopy(uint256 s) internal pure returns (uint256) {
        return _copy(s, load(CODE), load(CODE_SIZE), false);
    }

    function returnDataSize(uint256 s) internal pure returns (uint256) {
        return push(s, load(RETURNED_SIZE));
    }

    /// @notice RETURNDATACOPY: it halts if the range reaches beyond the returned data (EIP-211).
    function returnDataCopy(uint256 s) internal pure returns (uint256) {
        uint256 from = itemAt(s, 3, 1);
        uint256 size = itemAt(s, 3, 2);
        uint256 available = load(RETURNED_SIZE);
        if (size > available || from > available - size) return HALT;
        return _copy(s, load(RETURNED), available, true);
    }

    function extCodeSize(uint256 s) internal pure returns (uint256) {
        uint256 entry;
        (s, entry) = World.access(s, addressAt(s, 1, 0), Fork.COLD_ACCOUNT_SURCHARGE);
        if (s == HALT) return HALT;
        return push(s, load(World.codeOf(entry) + CODE_LENGTH));
    }

    function extCodeCopy(uint256 s) internal pure returns (uint256) {
        uint256 owner = addressAt(s, 4, 0);
        uint256 entry;
        s = _touchCopy(s, itemAt(s, 4, 1), itemAt(s, 4, 3));
        if (s == HALT) return HALT;
        (s, entry) = World.access(s, owner, Fork.COLD_ACCOUNT_SURCHARGE);
        if (s == HALT) return HALT;
        if (itemAt(s, 3, 2) == 0) return drop(s);
        uint256 record = World.codeOf(entry);
        _fill(s, record + CODE_HEADER, load(record + CODE_LENGTH), false);
        return drop(s);
    }

    /// @dev Copies to memory, and charges for it. The three items say where to, where from, and how much; zeroes follow
    /// the end of the source.
    /// @param source Where the source starts.
    /// @param available Bytes of the source.
    /// @param paged Whether the source has an address, or a place in memory.
    function _copy(uint256 s, uint256 source, uint256 available, bool paged) private pure returns (uint256) {
        s = _touchCopy(s, itemAt(s, 3, 0), itemAt(s, 3, 2));
        if (s == HALT) return HALT;
        _fill(s, source, available, paged);
        return drop(s);
    }

    /// @dev Grows memory, and charges for the words that are copied.
    function _touchCopy(uint256 s, uint256 to, uint256 size) private pure returns (uint256) {
        s = Memory.touch(s, to, size);
        if (s == HALT) return HALT;
        unchecked {
            // Memory contains the range, whose size is below 2^32.
            s = charge(s, Fork.COPY_WORD_GAS * ((size + 31) / 32));
        }
        return halted(s) ? HALT : s;
    }

    /// @dev As `_copy`, after memory has grown.
    function _fill(uint256 s, uint256 source, uint256 available, bool paged) private pure {
        uint256 to = Memory.place(itemAt(s, 3, 0));
        uint256 from = itemAt(s, 3, 1);
        uint256 size = itemAt(s, 3, 2);
        uint256 copied = 0;
        unchecked {
            // At most what the source has from there is copied, and at most the range, which memory contains.
            if (from < available) {
                copied = available - from < size ? available - from : size;
                if (paged) Pages.copy(to, source + from, copied);
                else Pages.write(to, source + from, copied, Pages.MEMORY_OF_L1);
            }
            if (copied != size) Pages.clear(to + copied, size - copied);
        }
    }
}
