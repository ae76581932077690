// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Effort} from "../../../contracts/execution/precompiles/Effort.sol";
import {OperandsReader} from "../../../contracts/execution/precompiles/Operands.sol";

/// @title Precompiles harness
/// @notice Opens the effort of MODEXP to tests, and measures the gas of a call.
contract PrecompilesHarness {
    /// @notice The effort of MODEXP with an input.
    function effort(bytes calldata input) external pure returns (uint256) {
        return Effort.bound(OperandsReader.parse(input));
    }

    /// @notice Gas that a call of a contract takes.
    function measure(address target, bytes calldata data) external view returns (uint256 used, bytes memory output) {
        bytes memory copy = data;
        // Makes the account warm: its first access costs more.
        require(target.code.length != 0, "no contract");
        bool success;
        assembly ("memory-safe") {
            used := gas()
            success := staticcall(gas(), target, add(copy, 0x20), mload(copy), 0, 0)
            used := sub(used, gas())
            output := mload(0x40)
            mstore(output, returndatasize())
            returndatacopy(add(output, 0x20), 0, returndatasize())
            mstore(0x40, add(add(output, 0x20), and(add(returndatasize(), 31), not(31))))
        }
        require(success, "call failed");
    }
}
