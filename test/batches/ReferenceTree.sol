// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Reference tree
/// @notice The batch tree the slow way: every node of every level, from the definition in docs/protocol.md.
library ReferenceTree {
    function root(bytes32[] memory values) internal pure returns (bytes32) {
        bytes32[][] memory levels = _levels(values);
        return levels[levels.length - 1][0];
    }

    function proof(bytes32[] memory values, uint256 index) internal pure returns (bytes32[] memory siblings) {
        bytes32[][] memory levels = _levels(values);
        siblings = new bytes32[](levels.length - 1);
        for (uint256 level = 0; level < siblings.length; ++level) {
            siblings[level] = levels[level][index ^ 1];
            index >>= 1;
        }
    }

    /// @notice Level by level from the leaves: the left neighbour where the range starts at an odd place, then the
    /// right one where it ends at an odd count.
    function rangeProof(
        bytes32[] memory values,
        uint256 from,
        uint256 to
    ) internal pure returns (bytes32[] memory siblings) {
        bytes32[][] memory levels = _levels(values);
        bytes32[] memory all = new bytes32[](2 * levels.length);
        uint256 used = 0;
        for (uint256 level = 0; level + 1 < levels.length; ++level) {
            if (from % 2 == 1) all[used++] = levels[level][from - 1];
            if (to % 2 == 1) all[used++] = levels[level][to];
            (from, to) = (from / 2, (to + 1) / 2);
        }
        siblings = new bytes32[](used);
        for (uint256 i = 0; i < used; ++i) siblings[i] = all[i];
    }

    function _levels(bytes32[] memory values) private pure returns (bytes32[][] memory levels) {
        uint256 size = 1;
        uint256 height = 0;
        while (size < values.length) (size, height) = (size * 2, height + 1);
        levels = new bytes32[][](height + 1);
        levels[0] = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) {
            bytes32 value = i < values.length ? values[i] : bytes32(0);
            levels[0][i] = keccak256(abi.encode(keccak256(abi.encode(i, value))));
        }
        for (uint256 level = 1; level <= height; ++level) {
            levels[level] = new bytes32[](size >> level);
            for (uint256 i = 0; i < levels[level].length; ++i) {
                (bytes32 a, bytes32 b) = (levels[level - 1][2 * i], levels[level - 1][2 * i + 1]);
                levels[level][i] = a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
            }
        }
    }
}
