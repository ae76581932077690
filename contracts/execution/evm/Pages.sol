// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Witness} from "../../trie/Witness.sol";
import {Heap} from "./Heap.sol";
import {
    PAGE_NEXT,
    FREE_PAGES,
    OLD_REGIONS,
    PAGES_ROOT,
    PAGE_HEADER,
    REGIONS,
    RESIDENT,
    WITNESS,
    load,
    store
} from "./Machine.sol";
import {PageTree} from "./PageTree.sol";

/// @title Pages
/// @notice The address space of the machine: pages of 1 KiB, which are zero until something is written to them. Memory
/// of L1 has those that this call of L1 touches; of the others the machine knows the root of a tree (PageTree).
/// @dev An address is a region (bits 32 to 95) and an offset, or a hash and an offset (World). Each memory of a frame has
/// a region of its own that was never used before, so that it is zero. A table in memory leads from the number of a page
/// to the page, which stays where it is to the end of the call of L1, or until it is given back.
library Pages {
    uint256 internal constant SIZE = 0x400;
    uint256 private constant WITHIN = 0x3ff;
    uint256 private constant BITS = 10;
    /// @dev Bits of a page's number below its region.
    uint256 private constant REGION_BITS = 22;

    /// @notice Entries of the world, the journal, and the list of changes have regions of their own; others follow.
    uint256 internal constant KEPT = 1 << 32;
    uint256 internal constant JOURNAL = 2 << 32;
    uint256 internal constant LIST = 3 << 32;
    uint256 internal constant FIRST_REGIONS = 3;

    /// @dev Where bytes come from that are written.
    uint256 internal constant MEMORY_OF_L1 = 0;
    uint256 internal constant CALLDATA = 1;
    uint256 internal constant RETURNDATA = 2;

    /// @notice The address of a region that nothing was ever written to.
    function open() internal pure returns (uint256 address_) {
        unchecked {
            // Each takes gas.
            uint256 region = load(REGIONS) + 1;
            store(REGIONS, region);
            return region << 32;
        }
    }

    /// @notice Where an address lies in memory, up to the end of its page.
    function locate(uint256 address_) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            let page := shr(BITS, address_)
            let block_ := mload(add(RESIDENT, shl(5, and(add(page, shr(REGION_BITS, page)), 0xff))))
            for {} block_ {} {
                if eq(mload(block_), page) {
                    place := add(add(block_, PAGE_HEADER), and(address_, WITHIN))
                    break
                }
                block_ := mload(add(block_, PAGE_NEXT))
            }
        }
        if (place == 0) place = _fault(address_);
    }

    /// @notice Where a new page lies that starts at an address of a region which was just opened.
    function create(uint256 address_) internal pure returns (uint256 place) {
        unchecked {
            // A place in memory.
            return _add(address_ >> BITS) + PAGE_HEADER;
        }
    }

    /// @notice The word at any address.
    function word(uint256 address_) internal pure returns (uint256 word_) {
        word_ = load(locate(address_));
        unchecked {
            // Within a page.
            uint256 first = SIZE - (address_ & WITHIN);
            if (first < 32) {
                uint256 rest = type(uint256).max >> (8 * first);
                word_ = (word_ & ~rest) | (load(locate(address_ + first)) >> (8 * first));
            }
        }
    }

    /// @notice Writes the word at any address.
    function setWord(uint256 address_, uint256 word_) internal pure {
        uint256 place = locate(address_);
        unchecked {
            // Within a page.
            uint256 first = SIZE - (address_ & WITHIN);
            if (first >= 32) {
                store(place, word_);
            } else {
                uint256 rest = type(uint256).max >> (8 * first);
                store(place, (word_ & ~rest) | (load(place) & rest));
                place = locate(address_ + first);
                rest = type(uint256).max >> (256 - 8 * first);
                store(place, (word_ << (8 * first)) | (load(place) & rest));
            }
        }
    }

    /// @notice Copies bytes to a place in memory.
    function read(uint256 place, uint256 address_, uint256 size) internal pure {
        unchecked {
            // Within the range.
            while (size != 0) {
                uint256 from = locate(address_);
                uint256 count = SIZE - (address_ & WITHIN);
                if (count > size) count = size;
                assembly ("memory-safe") {
                    mcopy(place, from, count)
                }
                place += count;
                address_ += count;
                size -= count;
            }
        }
    }

    /// @notice A place in memory with all bytes of a range, which is good until something is allocated.
    function gather(uint256 address_, uint256 size) internal pure returns (uint256 place) {
        unchecked {
            // Within a page.
            if (size <= SIZE - (address_ & WITHIN)) return locate(address_);
        }
        touch(address_, size);
        place = load(0x40);
        read(place, address_, size);
    }

    /// @notice Brings all pages of a range into memory.
    function touch(uint256 address_, uint256 size) internal pure {
        unchecked {
            // No range ends near 2^256.
            uint256 end = address_ + size;
            for (; address_ < end; address_ = (address_ & ~WITHIN) + SIZE) locate(address_);
        }
    }

    /// @notice Writes bytes.
    /// @param from Where they are in their source.
    function write(uint256 address_, uint256 from, uint256 size, uint256 source) internal pure {
        unchecked {
            // Within the range.
            while (size != 0) {
                uint256 count = SIZE - (address_ & WITHIN);
                if (count > size) count = size;
                uint256 place = count == SIZE ? _whole(address_) : locate(address_);
                assembly ("memory-safe") {
                    switch source
                    case 0 {
                        mcopy(place, from, count)
                    }
                    case 1 {
                        calldatacopy(place, from, count)
                    }
                    default {
                        returndatacopy(place, from, count)
                    }
                }
                from += count;
                address_ += count;
                size -= count;
            }
        }
    }

    /// @notice Fills a range with zeroes.
    function clear(uint256 address_, uint256 size) internal pure {
        uint256 behind;
        assembly ("memory-safe") {
            behind := calldatasize()
        }
        write(address_, behind, size, CALLDATA);
    }

    /// @notice Copies bytes from one range to another, which may overlap.
    function copy(uint256 to, uint256 from, uint256 size) internal pure {
        if (size == 0) return;
        unchecked {
            // Within the ranges.
            if (((from & WITHIN) | (to & WITHIN)) + size <= SIZE) return _copyWithin(to, from, size);
            bool backwards = to > from;
            while (size != 0) {
                // What lies in one page on both sides.
                uint256 count = backwards ? ((from + size - 1) & WITHIN) + 1 : SIZE - (from & WITHIN);
                uint256 other = backwards ? ((to + size - 1) & WITHIN) + 1 : SIZE - (to & WITHIN);
                if (count > other) count = other;
                if (count > size) count = size;
                size -= count;
                _copyWithin(backwards ? to + size : to, backwards ? from + size : from, count);
                if (!backwards) (to, from) = (to + count, from + count);
            }
        }
    }

    /// @notice Gives back the pages of a range that nothing refers to any more.
    function release(uint256 address_, uint256 size) internal pure {
        assembly ("memory-safe") {
            let end := shr(BITS, add(address_, add(size, WITHIN)))
            for {
                let page := shr(BITS, address_)
            } lt(page, end) {
                page := add(page, 1)
            } {
                let link := add(RESIDENT, shl(5, and(add(page, shr(REGION_BITS, page)), 0xff)))
                let block_ := mload(link)
                for {} block_ {} {
                    if eq(mload(block_), page) {
                        break
                    }
                    link := add(block_, PAGE_NEXT)
                    block_ := mload(link)
                }
                if block_ {
                    mstore(link, mload(add(block_, PAGE_NEXT)))
                    mstore(add(block_, PAGE_NEXT), mload(FREE_PAGES))
                    mstore(FREE_PAGES, block_)
                }
            }
        }
    }

    function _copyWithin(uint256 to, uint256 from, uint256 count) private pure {
        from = locate(from);
        to = count == SIZE ? _whole(to) : locate(to);
        assembly ("memory-safe") {
            mcopy(to, from, count)
        }
    }

    /// @dev Where a page lies of which everything is about to be written.
    function _whole(uint256 address_) private pure returns (uint256 place) {
        uint256 page = address_ >> BITS;
        place = _find(page);
        if (place == 0) place = _add(page);
        unchecked {
            // A place in memory.
            place += PAGE_HEADER;
        }
    }

    function _find(uint256 page) private pure returns (uint256 block_) {
        assembly ("memory-safe") {
            block_ := mload(add(RESIDENT, shl(5, and(add(page, shr(REGION_BITS, page)), 0xff))))
            for {} block_ {} {
                if eq(mload(block_), page) {
                    break
                }
                block_ := mload(add(block_, PAGE_NEXT))
            }
        }
    }

    /// @dev Brings a page into memory, and gives the place of an address in it.
    function _fault(uint256 address_) private pure returns (uint256 place) {
        uint256 page = address_ >> BITS;
        bytes32 hash;
        uint256 region = page >> REGION_BITS;
        // Nothing was ever written to a region that this call of L1 opened.
        bool opened = region > load(OLD_REGIONS) && region <= load(REGIONS);
        if (!opened) hash = PageTree.find(bytes32(load(PAGES_ROOT)), page);
        unchecked {
            // A place in memory.
            place = _add(page) + PAGE_HEADER;
            if (hash != 0) {
                (uint256 position, ) = Witness.wrap(load(WITNESS)).find(hash);
                assembly ("memory-safe") {
                    calldatacopy(place, position, SIZE)
                }
            }
            place += address_ & WITHIN;
        }
    }

    /// @dev A page of zeroes.
    function _add(uint256 page) private pure returns (uint256 block_) {
        block_ = load(FREE_PAGES);
        if (block_ == 0) block_ = Heap.allocate(PAGE_HEADER + SIZE);
        else store(FREE_PAGES, load(block_ + PAGE_NEXT));
        Heap.clear(block_ + PAGE_HEADER, SIZE);
        assembly ("memory-safe") {
            let head := add(RESIDENT, shl(5, and(add(page, shr(REGION_BITS, page)), 0xff)))
            mstore(block_, page)
            mstore(add(block_, PAGE_NEXT), mload(head))
            mstore(head, block_)
        }
    }
}
