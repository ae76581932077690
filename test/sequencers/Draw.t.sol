// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Verdict} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

/// @dev Who comes next: drawn from the term's frozen stakes, by a block after the term's first one.
contract DrawTest is SequencerFixture {
    address[] private owners;

    function setUp() public override {
        super.setUp();
        owners = _found(5, 2 * STAKE);
        chain.move(2, 1);
    }

    /// @dev [H6] A wei or a million more or less, keys and seats that change within the term: the next one stays.
    function testFuzz_next_H6_nothingWithinTheTermMovesIt(uint8 who, uint96 amount, uint8 what) public {
        address drawn = set.next();
        address owner = owners[bound(who, 0, 4)];
        if (what % 4 == 0) _topUp(owner, uint96(bound(amount, 1, 100_000 ether)));
        if (what % 4 == 1) _rotateKey(owner, "another");
        if (what % 4 == 2) _join("late", uint96(bound(amount, STAKE, 100_000 ether)));
        if (what % 4 == 3) _punish(_partly(owner));
        assertEq(set.next(), drawn);
        set.draw();
        assertEq(set.next(), drawn);
        skip(1 days);
        set.rotate();
        assertEq(_current(), drawn);
    }

    /// @dev [H6] In the block in which a term begins, and in the next one, nobody knows who comes after it; whoever has it
    /// fixed later fixes the same.
    function testFuzz_draw_H6_isFixedByOneBlock(uint8 delay) public {
        skip(1 days);
        set.rotate();
        assertEq(set.next(), address(0));
        set.draw();
        assertEq(set.next(), address(0));
        vm.roll(block.number + 1);
        assertEq(set.next(), address(0));
        vm.roll(block.number + 1);
        address drawn = set.next();
        assertNotEq(drawn, address(0));
        vm.roll(block.number + bound(delay, 0, 200));
        set.draw();
        assertEq(set.next(), drawn);
    }

    /// @dev [H6] A term that the caller fills itself does not end before the block of its draw is there.
    function test_rotate_H6_beforeTheDrawsBlock_reverts() public {
        skip(1 days);
        set.rotate();
        address current = _current();
        _attest(current, _term(), 5_000, _certify(HEADER, _term(), 31));
        vm.expectRevert();
        set.rotate();
        vm.roll(block.number + 2);
        set.rotate();
    }

    /// @dev [5.2] Never the one who was current, as long as another one is there.
    function test_next_isAnother() public {
        for (uint256 i = 0; i < 20; ++i) {
            address current = _current();
            _nextTerm();
            assertNotEq(_current(), current);
        }
    }

    /// @dev [5.2] Over many terms each is drawn about as often as its stake has it.
    function test_next_followsTheStakes() public {
        _topUp(owners[0], 18 * STAKE);
        uint256 often = 0;
        for (uint256 i = 0; i < 120; ++i) {
            _nextTerm();
            if (_current() == owners[0]) ++often;
        }
        // It holds 20 of 28 stakes: after another's term it comes with 20 in 26.
        assertGe(often, 40);
        assertLe(often, 60);
    }

    /// @dev [H6] Who was drawn and left gives its turn to the next seat: leaving does not choose the sequencer.
    function test_next_H6_ofOneThatLeft_isTheFollowingSeat() public {
        address drawn = set.next();
        uint8 seat = _sequencer(drawn).seat;
        _resign(drawn);
        address after_ = set.next();
        do seat = (seat + 1) % 5; while (owners[seat] == _current());
        assertEq(after_, owners[seat]);
    }

    function test_next_ofOneAlone_isItself() public {
        address current = _current();
        for (uint256 i = 0; i < 5; ++i) if (owners[i] != current) _resign(owners[i]);
        assertEq(set.next(), current);
        _nextTerm();
        assertEq(_current(), current);
    }

    /// @dev Where everybody has left, the first newcomer begins a term.
    function test_next_whereAllLeft_isANewcomer() public {
        for (uint256 i = 0; i < 5; ++i) if (owners[i] != _current()) _resign(owners[i]);
        _resign(_current());
        assertEq(_current(), address(0));
        address late = _join("late", STAKE);
        assertEq(_current(), late);
    }

    /// @dev A verdict on a header that cost its sequencer nothing more: it has not joined.
    function _partly(address cosigner) private view returns (Verdict memory verdict) {
        verdict = _verdict(address(0xdead), _seatOf(cosigner));
    }
}
