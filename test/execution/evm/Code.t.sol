// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {JUMPDEST, PUSH0, PUSH1, PUSH32} from "../../../contracts/execution/fork/Opcodes.sol";
import {Code} from "../../../contracts/execution/evm/Code.sol";
import {CODE_LENGTH, load} from "../../../contracts/execution/evm/Machine.sol";
import {Pages} from "../../../contracts/execution/evm/Pages.sol";
import {MachineTest} from "./MachineTest.sol";

/// @notice Jump destinations against a scan of the code.
contract CodeTest is MachineTest {
    /// @notice A place is a destination where a scan from the start comes to a JUMPDEST there.
    function testFuzz_isDestination_anyCode_agreesWithScan(bytes32 seed, uint256 size) public pure {
        size = bound(size, 1, 300);
        _startModels();
        bytes memory code = _code(seed, size);
        bytes memory expected = new bytes(size);
        for (uint256 index = 0; index < size; index++) {
            uint256 op = uint8(code[index]);
            if (op == JUMPDEST) expected[index] = 0x01;
            if (op >= PUSH1 && op <= PUSH32) index += op - PUSH0;
        }
        _startHeap();
        uint256 address_ = Pages.open() + (uint256(seed) % 2000);
        for (uint256 i = 0; i < size; i++) _storeByte(Pages.locate(address_ + i), uint8(code[i]));
        uint256 record = Code.fromPages(address_, size);
        require(load(record + CODE_LENGTH) == size, "size");
        require(load(record) == uint256(keccak256(code)), "hash");
        require(Code.fromPages(address_, size) == record, "the same code");
        // In an order that is not the code's.
        for (uint256 i = 0; i < size; i++) {
            uint256 index = (i * 397 + (uint256(seed) % size)) % size;
            require(Code.isDestination(record, index) == (expected[index] == 0x01), "a destination");
            require(!Code.isDestination(record, size + i), "after the end");
        }
        for (uint256 index = 0; index < size; index++) {
            require(Code.isDestination(record, index) == (expected[index] == 0x01), "a destination, asked again");
        }
    }

    /// @dev Bytes of which many are JUMPDEST or PUSH.
    function _code(bytes32 seed, uint256 size) private pure returns (bytes memory code) {
        code = new bytes(size);
        for (uint256 i = 0; i < size; i++) {
            seed = _hash(seed);
            uint8 kind = uint8(seed[0]) % 4;
            if (kind == 0) code[i] = 0x5b;
            else if (kind == 1 && uint8(seed[1]) % 4 == 0) code[i] = bytes1(0x60 + (uint8(seed[2]) % 32));
            else code[i] = seed[3];
        }
    }
}
