// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Standstill} from "../../contracts/batches/Standstill.sol";
import {Proof} from "./Proof.sol";

/// @dev Two shifts of any length at places within a word, in neighbouring words, and at both sides of 256 indices.
contract StandstillProof is Proof {
    using Standstill for Standstill.Record;

    uint256 private constant HEAD = 520;

    Standstill.Record private record;

    /// @notice A rollback removes the shifts of the batches that are gone, all of them and no others, and tells their sum.
    function check_cut_removesWhatLiesFromThereOn(
        uint8[2] calldata places,
        uint8 place,
        uint32[2] calldata times
    ) external {
        vm.assume(uint256(times[0]) + times[1] <= type(uint32).max);
        (uint256 first, uint256 second, uint256 from) = (_place(places[0]), _place(places[1]), _place(place));
        record.add(first, times[0]);
        record.add(second, times[1]);
        uint256 gone = (first < from ? 0 : times[0]) + (second < from ? 0 : times[1]);
        assert(record.sumFrom(from, HEAD) == gone);
        assert(record.cut(from, HEAD) == gone);
        assert(record.sumFrom(0, from) == uint256(times[0]) + times[1] - gone);
    }

    function _place(uint8 choice) private pure returns (uint256) {
        vm.assume(choice < 6);
        if (choice == 0) return 1;
        if (choice == 1) return 7;
        if (choice == 2) return 8;
        if (choice == 3) return 255;
        return choice == 4 ? 256 : 513;
    }
}
