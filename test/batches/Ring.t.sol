// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ring} from "../../contracts/batches/Ring.sol";
import {Test} from "../Test.sol";

contract RingTest is Test {
    using Ring for Ring.Store;

    Ring.Store private ring;
    /// @dev What was put last at each index.
    mapping(uint256 index => bytes32) private latest;
    uint256 private head;
    uint256 private finalised;
    uint256 private salt;

    /// @dev Against a plain mapping, over laps of the ring, with more batches waiting than it has words, and rollbacks down
    /// to the last final batch.
    function testFuzz_ring_equalsAMapping_succeeds(uint256 seed, uint32 start) public {
        _begin(start % (type(uint32).max - 30_000));
        for (uint256 step = 0; step < 12; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 kind = seed % 6;
            uint256 x = seed >> 8;
            if (kind < 3) _append(1 + (x % (kind == 0 ? 3 : 700)));
            else if (kind == 3) head = finalised + (x % (head - finalised + 1));
            else if (kind == 4) finalised += x % (head - finalised + 1);
            else _put(head - 1);
            _check(x);
        }
    }

    /// @dev A word is used again as soon as its batch is before the last final one, and not before.
    function test_put_usesWordsAgain_succeeds() public {
        _begin(0);
        _append(Ring.COUNT);
        // Index 0 is the last final one, and keeps its word.
        assertEq(ring.others[Ring.COUNT], latest[Ring.COUNT]);
        finalised = 3;
        _append(1);
        assertEq(ring.others[Ring.COUNT + 1], 0);
        assertEq(ring.words[1], latest[Ring.COUNT + 1]);
        _append(1);
        assertEq(ring.others[Ring.COUNT + 2], latest[Ring.COUNT + 2]);
        assertEq(ring.get(2, finalised), latest[2]);
        assertEq(ring.get(1, finalised), 0);
    }

    /// @dev What was rolled back is not found again at its index, wherever the batch that stands there is kept.
    function test_get_afterARollback_isTheLatest_succeeds() public {
        _begin(0);
        _append(Ring.COUNT + 7);
        uint256 index = Ring.COUNT + 5;
        bytes32 gone = ring.get(index, finalised);
        assertEq(ring.others[index], gone);
        (finalised, head) = (20, index);
        _append(1);
        assertEq(ring.others[index], gone);
        assertEq(ring.words[5], latest[index]);
        assertEq(ring.get(index, finalised), latest[index]);
        assertNotEq(latest[index], gone);
    }

    function _begin(uint256 start) private {
        head = start;
        finalised = start + 1;
        _append(1);
    }

    function _append(uint256 count) private {
        for (uint256 i = 0; i < count; ++i) _put(head++);
    }

    function _put(uint256 index) private {
        bytes32 commitment = bytes32((index << 224) | uint224(uint256(keccak256(abi.encode(++salt)))));
        latest[index] = commitment;
        ring.put(index, finalised, commitment);
    }

    function _check(uint256 x) private view {
        for (uint256 i = 0; i < 24; ++i) {
            uint256 index = finalised - 1 + (x % (head - finalised + 1));
            if (i == 0) index = finalised - 1;
            else if (i == 1) index = head - 1;
            assertEq(ring.get(index, finalised), latest[index]);
            x = uint256(keccak256(abi.encode(x)));
            // Of an older one it gives nothing wrong.
            index = x % finalised;
            bytes32 found = ring.get(index, finalised);
            assertTrue(found == 0 || found == latest[index]);
        }
    }
}
