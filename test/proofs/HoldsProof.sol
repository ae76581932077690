// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Holds} from "../../contracts/batches/Holds.sol";
import {Proof} from "./Proof.sol";

/// @dev Two members at any bits of three words: neighbours, over whose border the ring begins anew, and the last word that
/// the span has.
contract HoldsProof is Proof {
    using Holds for Holds.Set;

    uint256 private constant START = 255;

    Holds.Set private set;

    /// @notice What was added is in the set, what was removed is not, and nothing else changes.
    function check_set_holdsWhatWasAdded(uint8[3] calldata words, uint8[3] calldata bits) external {
        (uint256 first, uint256 second) = _given(words, bits);
        uint256 place = _index(words[2], bits[2]);
        assert(set.contains(place) == (place == first || place == second));
        assert(set.remove(first));
        assert(set.contains(place) == (place == second));
        assert(!set.remove(second));
        assert(!set.contains(place));
    }

    /// @notice A rollback takes out the members from an index on, and no others; the lowest one that is left comes out
    /// first, and the set says whether there are others.
    function check_removeFrom_leavesTheRestInOrder(uint8[3] calldata words, uint8[3] calldata bits) external {
        (uint256 first, uint256 second) = _given(words, bits);
        uint256 from = _index(words[2], bits[2]);
        uint256 low = first < second ? first : second;
        uint256 high = first + second - low;
        bool left = set.removeFrom(START << 8, from);
        assert(left == (low < from));
        if (!left) return;
        (uint256 taken, bool others) = set.takeLowest(START << 8);
        assert(taken == low && others == (high < from));
        if (!others) return;
        (taken, others) = set.takeLowest(low);
        assert(taken == high && !others);
    }

    function _given(uint8[3] calldata words, uint8[3] calldata bits) private returns (uint256 first, uint256 second) {
        (first, second) = (_index(words[0], bits[0]), _index(words[1], bits[1]));
        vm.assume(first != second);
        set.clear();
        set.add(first);
        set.add(second);
    }

    /// @dev Chooses a word by a branch: a symbol cannot be a place in storage.
    function _index(uint8 word, uint8 bit) private pure returns (uint256) {
        vm.assume(word < 3);
        if (word == 0) return (START << 8) | bit;
        if (word == 1) return ((START + 1) << 8) | bit;
        return ((START + 254) << 8) | bit;
    }
}
