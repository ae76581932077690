// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {JUMPDEST, PUSH0, PUSH1, PUSH32} from "../../../contracts/execution/fork/Opcodes.sol";
import {Code} from "../../../contracts/execution/evm/Code.sol";
import {CODE_HEADER, CODE_LENGTH, load} from "../../../contracts/execution/evm/Machine.sol";
import {Pages} from "../../../contracts/execution/evm/Pages.sol";
import {MachineTest} from "./MachineTest.sol";

/// @notice Jump destinations against a scan of the code.
contract CodeTest is MachineTest {
    uint256 private constant SIZE = 24_576;

    /// @notice A place is a destination where a scan from the start comes to a JUMPDEST there.
    function testFuzz_destinationAt_anyCode_agreesWithScan(bytes32 seed, uint256 size) public pure {
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
            _check(record, index, expected[index] == 0x01);
            _check(record, size + i, false);
        }
        for (uint256 index = 0; index < size; index++) {
            _check(record, index, expected[index] == 0x01);
        }
    }

    /// @notice In code that has no sure start of an instruction near, what jumps cost does not grow with their number.
    function test_destinationAt_noStartNear_readsTheCodeOnce() public view {
        // The second one is data of a PUSH.
        uint256 record = _unsure(64, 128, SIZE - 2);
        uint256 before = gasleft();
        _check(record, SIZE - 2, true);
        _check(record, 64, true);
        uint256 once = before - gasleft();
        require(once < 8_000_000, "dear at first");
        before = gasleft();
        for (uint256 i = 0; i < 300; i++) {
            _check(record, 64, true);
            _check(record, 128, false);
            _check(record, SIZE - 2, true);
        }
        require(before - gasleft() < once, "dear again");
    }

    /// @notice A search that goes too far is paid for once, also after a near one that succeeded, and where nothing is found
    /// that could be remembered.
    function test_destinationAt_farOnes_payForOneSearch() public view {
        // The third one is data of a PUSH.
        uint256 record = _unsure(202, 24_443, 24_571);
        _check(record, 202, true);
        uint256 before = gasleft();
        _check(record, 24_443, true);
        uint256 once = before - gasleft();
        before = gasleft();
        for (uint256 i = 0; i < 300; i++) {
            _check(record, 24_571, false);
            _check(record, 24_443, true);
        }
        require(before - gasleft() < once, "dear again");
    }

    /// @dev The record of code each of whose bytes could be a PUSH1 that reaches the next one, and every other one is. It
    /// has a JUMPDEST at three places; the byte before could be a PUSH32, so that none of them makes a start sure.
    function _unsure(uint256 first, uint256 second, uint256 third) private pure returns (uint256) {
        _startHeap();
        uint256 address_ = Pages.open();
        for (uint256 i = 0; i < SIZE; i++) _storeByte(Pages.locate(address_ + i), uint8(PUSH1));
        for (uint256 i = 0; i < 3; i++) {
            uint256 offset =
                i == 0
                    ? first
                    : i == 1
                        ? second
                        : third;
            _storeByte(Pages.locate(address_ + offset - 1), uint8(PUSH32));
            _storeByte(Pages.locate(address_ + offset), uint8(JUMPDEST));
        }
        return Code.fromPages(address_, SIZE);
    }

    /// @dev Whether the code has a destination there, and where it lies.
    function _check(uint256 record, uint256 offset, bool expected) private pure {
        require(Code.destinationAt(record, offset) == (expected ? record + CODE_HEADER + offset : 0), "a destination");
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
