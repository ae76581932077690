// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {BatchHeader} from "../batches/BatchHeader.sol";

/// @title Cost of answers
/// @notice What it takes to have L1 check the transitions of a batch, from what its header declares.
library AnswerCost {
    /// @dev L1 gas of an answer before its first transition: the call, the header, proofs and storage.
    uint256 private constant BASE = 100_000;
    /// @dev L1 gas of a transfer in a range, without its bytes.
    uint256 private constant PER_TRANSACTION = 85_000;
    /// @dev L2 gas of a transfer, which `PER_TRANSACTION` covers; no valid transaction uses less.
    uint256 private constant TRANSFER = 21_000;
    /// @dev L1 gas of a byte of a record: calldata, the event, copies and hashes.
    uint256 private constant PER_BYTE = 60;
    /// @dev L1 gas for a unit of L2 gas beyond transfers: what contracts of everyday use take, witness included.
    uint256 private constant PER_GAS = 20;
    /// @dev The same at worst, for code that was written to be dear on L1 (docs/execution.md).
    uint256 private constant WORST_PER_GAS = 1_700;
    /// @dev A tenth of L1's gas in a second.
    uint256 private constant GAS_PER_SECOND = 500_000;

    /// @notice L1 gas of the whole answer, if its transactions are of everyday use.
    function whole(BatchHeader calldata header) internal pure returns (uint256) {
        return BASE + part(header.txCount, header.dataSize, header.gasUsed);
    }

    /// @notice The share of some transitions in it. The parts of an answer add up to less than the whole, however they
    /// are cut: splitting gains nothing.
    /// @param count Number of transitions.
    /// @param size Bytes of their records.
    /// @param gasUsed L2 gas that they used.
    function part(uint256 count, uint256 size, uint256 gasUsed) internal pure returns (uint256) {
        uint256 beyond = Math.saturatingSub(gasUsed, TRANSFER * count);
        return PER_TRANSACTION * count + PER_BYTE * size + PER_GAS * beyond;
    }

    /// @notice Seconds in which a tenth of L1's gas answers for the batch, whatever its transactions are.
    function time(BatchHeader calldata header) internal pure returns (uint256) {
        uint256 gas = BASE + PER_TRANSACTION * header.txCount + PER_BYTE * header.dataSize;
        return Math.ceilDiv(gas + WORST_PER_GAS * header.gasUsed, GAS_PER_SECOND);
    }
}
