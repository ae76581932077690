// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @title Archive
/// @notice Commits to the headers of all final batches for ever, in one word for each 32 of them: the hashes of a group,
/// each hashed with the word before it, `chain = keccak256(chain, headerHash)`, from zero on.
library Archive {
    /// @notice Headers of a group.
    uint256 internal constant GROUP = 32;

    struct Record {
        mapping(uint256 group => bytes32 chain) chains;
    }

    /// @notice What the header at an index is to be added to.
    function before(Record storage record, uint256 index) internal view returns (bytes32 chain) {
        return index % GROUP == 0 ? bytes32(0) : record.chains[index / GROUP];
    }

    /// @notice Adds the next header to what `before` gave, or this function. Writes a group that is complete.
    /// @return next What the header after it is to be added to.
    function add(
        Record storage record,
        bytes32 chain,
        uint256 index,
        bytes32 headerHash
    ) internal returns (bytes32 next) {
        next = Hashes.efficientKeccak256(chain, headerHash);
        if ((index + 1) % GROUP != 0) return next;
        record.chains[index / GROUP] = next;
        return 0;
    }

    /// @notice Writes the group that is not complete.
    /// @param finalised The index after the last that was added.
    function save(Record storage record, bytes32 chain, uint256 finalised) internal {
        if (finalised % GROUP != 0) record.chains[finalised / GROUP] = chain;
    }

    /// @notice Whether the final batch at an index has this header.
    /// @param chain What the headers before it in its group gave.
    /// @param following The headers after it in its group, as far as they are final.
    /// @param finalised The number of final batches.
    function contains(
        Record storage record,
        uint256 index,
        bytes32 headerHash,
        bytes32 chain,
        bytes32[] calldata following,
        uint256 finalised
    ) internal view returns (bool) {
        uint256 end = (index / GROUP + 1) * GROUP;
        if (end > finalised) end = finalised;
        // The number of those that follow says where in the group the header is.
        if (index >= finalised || following.length != end - index - 1) return false;
        chain = Hashes.efficientKeccak256(chain, headerHash);
        for (uint256 i = 0; i < following.length; ++i) chain = Hashes.efficientKeccak256(chain, following[i]);
        return chain == record.chains[index / GROUP];
    }
}
