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
/// @notice The machine's address space: pages of 1 KiB, which are zero until something is written to them. A call of L1
/// has those pages in memory that it touches; of the others the machine knows the root of a tree (PageTree).
/// @dev An address is a region (bits 32 to 95) and an offset of 32 bits, or a hash and an offset (Slots). A page's
/// number is its address without the lowest 10 bits. Each memory of a frame is a new region, so that it is zero. A hash
/// table leads from a page's number to the page in memory, which stays there until the call of L1 ends, or until it is
/// released; then its memory is used for another page.
///
/// Assembly here is memory-safe: it touches the heads of the table, which lie below the heap (Machine), and pages,
/// which are blocks on the heap; where it writes a range, the range ends within the page.
library Pages {
    uint256 internal constant SIZE = 0x400;
    uint256 private constant WITHIN = 0x3ff;
    uint256 private constant BITS = 10;
    /// @dev Bits of a page's number below its region.
    uint256 private constant REGION_BITS = 22;

    /// @notice The first regions: entries (Entries), the journal, and the list of changes (Completion). Others follow.
    uint256 internal constant KEPT = 1 << 32;
    uint256 internal constant JOURNAL = 2 << 32;
    uint256 internal constant LIST = 3 << 32;
    uint256 internal constant FIRST_REGIONS = 3;

    // Sources of `write`.

    uint256 internal constant MEMORY_OF_L1 = 0;
    uint256 internal constant CALLDATA = 1;
    uint256 internal constant RETURNDATA = 2;

    /// @notice Opens a new region.
    /// @return address_ Its first address. Nothing was ever written to it.
    function open() internal pure returns (uint256 address_) {
        unchecked {
            // A region is opened by an instruction, which costs gas: there are fewer than 2^64.
            uint256 region = load(REGIONS) + 1;
            store(REGIONS, region);
            return region << 32;
        }
    }

    /// @notice The place of an address in memory; brings its page into memory if necessary. Valid up to the end of the
    /// page.
    function locate(uint256 address_) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            // Reads a head and pages. The same loop as in `_find`, which as a function would cost each access more.
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

    /// @notice Makes the first page of a region that was just opened.
    /// @param address_ The region's first address.
    /// @return place The place of that address in memory.
    function create(uint256 address_) internal pure returns (uint256 place) {
        unchecked {
            // A place in memory: see Machine.
            return _add(address_ >> BITS) + PAGE_HEADER;
        }
    }

    /// @notice The word at any address. It may cross pages.
    function word(uint256 address_) internal pure returns (uint256 word_) {
        word_ = load(locate(address_));
        unchecked {
            // The first part of the word, up to the end of its page, has 1 to 31 bytes if the word crosses pages.
            uint256 first = SIZE - (address_ & WITHIN);
            if (first < 32) {
                uint256 rest = type(uint256).max >> (8 * first);
                word_ = (word_ & ~rest) | (load(locate(address_ + first)) >> (8 * first));
            }
        }
    }

    /// @notice Writes the word at any address. It may cross pages.
    function setWord(uint256 address_, uint256 word_) internal pure {
        uint256 place = locate(address_);
        unchecked {
            // As in `word`.
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

    /// @notice Copies a range to a place in memory.
    /// @param place In a block of the caller, or where memory is free. In the latter case all pages of the range must
    /// be in memory (`touch`), because bringing one in allocates.
    function read(uint256 place, uint256 address_, uint256 size) internal pure {
        unchecked {
            // A page at a time, never more than what is left of the range.
            while (size != 0) {
                uint256 from = locate(address_);
                uint256 count = SIZE - (address_ & WITHIN);
                if (count > size) count = size;
                assembly ("memory-safe") {
                    // Writes to the caller's block or buffer.
                    mcopy(place, from, count)
                }
                place += count;
                address_ += count;
                size -= count;
            }
        }
    }

    /// @notice A place in memory with all bytes of a range in a row: in its page, or copied to where memory is free. It
    /// is valid until something is allocated.
    function gather(uint256 address_, uint256 size) internal pure returns (uint256 place) {
        unchecked {
            // The offset in a page is below its size.
            if (size <= SIZE - (address_ & WITHIN)) return locate(address_);
        }
        touch(address_, size);
        place = load(0x40);
        read(place, address_, size);
    }

    /// @notice Brings all pages of a range into memory.
    function touch(uint256 address_, uint256 size) internal pure {
        unchecked {
            // A range does not come near 2^256: see Machine.
            uint256 end = address_ + size;
            for (; address_ < end; address_ = (address_ & ~WITHIN) + SIZE) locate(address_);
        }
    }

    /// @notice Writes a range.
    /// @param from Where the bytes start in their source.
    /// @param source MEMORY_OF_L1, CALLDATA or RETURNDATA.
    function write(uint256 address_, uint256 from, uint256 size, uint256 source) internal pure {
        unchecked {
            // A page at a time, never more than what is left of the range.
            while (size != 0) {
                uint256 count = SIZE - (address_ & WITHIN);
                if (count > size) count = size;
                uint256 place = count == SIZE ? _whole(address_) : locate(address_);
                assembly ("memory-safe") {
                    // Writes to the page, at most to its end.
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
        uint256 end;
        assembly ("memory-safe") {
            // No memory. Calldata reads as zero after its end.
            end := calldatasize()
        }
        write(address_, end, size, CALLDATA);
    }

    /// @notice Copies one range to another. They may overlap.
    function copy(uint256 to, uint256 from, uint256 size) internal pure {
        if (size == 0) return;
        unchecked {
            // Offsets in a page are below its size.
            if (((from & WITHIN) | (to & WITHIN)) + size <= SIZE) return _copyWithin(to, from, size);
        }
        // All pages first, because bringing one in allocates. Within one region the ranges may overlap: then what is
        // overwritten is needed.
        if ((to ^ from) >> (REGION_BITS + BITS) == 0) touch(to, size);
        else _claim(to, size);
        touch(from, size);
        uint256 buffer = load(0x40);
        read(buffer, from, size);
        write(to, buffer, size, MEMORY_OF_L1);
    }

    /// @dev Brings all pages of a range into memory that is about to be overwritten: those that lie in it as a whole
    /// without their content.
    function _claim(uint256 address_, uint256 size) private pure {
        unchecked {
            // A range does not come near 2^256: see Machine.
            uint256 end = address_ + size;
            while (address_ < end) {
                if (address_ & WITHIN == 0 && end - address_ >= SIZE) _whole(address_);
                else locate(address_);
                address_ = (address_ & ~WITHIN) + SIZE;
            }
        }
    }

    /// @notice Releases the pages of a range: their memory may be used for other pages. Nothing may refer to the range
    /// any more.
    function release(uint256 address_, uint256 size) internal pure {
        assembly ("memory-safe") {
            // Moves pages from the list of their head to the list of released pages.
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

    /// @dev Copies a range within a page to a range within a page, which may be the same.
    function _copyWithin(uint256 to, uint256 from, uint256 count) private pure {
        from = locate(from);
        to = count == SIZE ? _whole(to) : locate(to);
        assembly ("memory-safe") {
            // Writes to a page; `mcopy` lets ranges overlap.
            mcopy(to, from, count)
        }
    }

    /// @dev The place of a page that is about to be overwritten as a whole: it needs no old content from the witness.
    function _whole(uint256 address_) private pure returns (uint256 place) {
        uint256 page = address_ >> BITS;
        place = _find(page);
        if (place == 0) place = _add(page);
        unchecked {
            // A place in memory: see Machine.
            place += PAGE_HEADER;
        }
    }

    /// @dev The block of a page; zero if it is not in memory.
    function _find(uint256 page) private pure returns (uint256 block_) {
        assembly ("memory-safe") {
            // Reads a head and pages.
            block_ := mload(add(RESIDENT, shl(5, and(add(page, shr(REGION_BITS, page)), 0xff))))
            for {} block_ {} {
                if eq(mload(block_), page) {
                    break
                }
                block_ := mload(add(block_, PAGE_NEXT))
            }
        }
    }

    /// @dev Brings a page into memory: its content from the witness, or zeroes if nothing was ever written to it.
    /// @return place The place of the address in it.
    function _fault(uint256 address_) private pure returns (uint256 place) {
        uint256 page = address_ >> BITS;
        bytes32 hash;
        uint256 region = page >> REGION_BITS;
        // A region that this call of L1 opened has no pages but those in memory.
        bool opened = region > load(OLD_REGIONS) && region <= load(REGIONS);
        if (!opened) hash = PageTree.find(Witness.wrap(load(WITNESS)), bytes32(load(PAGES_ROOT)), page);
        unchecked {
            // A place in memory: see Machine.
            place = _add(page) + PAGE_HEADER;
            if (hash != 0) {
                (uint256 position, ) = Witness.wrap(load(WITNESS)).find(hash);
                assembly ("memory-safe") {
                    // Fills the new page.
                    calldatacopy(place, position, SIZE)
                }
            }
            place += address_ & WITHIN;
        }
    }

    /// @dev Adds a page of zeroes, in a released block or in a new one.
    function _add(uint256 page) private pure returns (uint256 block_) {
        block_ = load(FREE_PAGES);
        if (block_ == 0) block_ = Heap.allocate(PAGE_HEADER + SIZE);
        else store(FREE_PAGES, load(block_ + PAGE_NEXT));
        Heap.clear(block_ + PAGE_HEADER, SIZE);
        assembly ("memory-safe") {
            // Writes to a head and to the block.
            let head := add(RESIDENT, shl(5, and(add(page, shr(REGION_BITS, page)), 0xff)))
            mstore(block_, page)
            mstore(add(block_, PAGE_NEXT), mload(head))
            mstore(head, block_)
        }
    }
}
