// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Membership} from "./Membership.sol";
import {Seats} from "./Seats.sol";

/// @title Draw
/// @notice Draws the next sequencer at random, weighted by stake (step 5.2).
///
/// The stakes are those of the current term, frozen in the block in which it began. The seed takes the hash of the block
/// after that one. So stakes are chosen before the seed exists, the seed's block is not the caller's to choose, and
/// nothing that happens during the term, and no order of calls in one transaction, changes who is drawn. A proposer of
/// that one block chooses among the hashes that it can make; `docs/protocol.md` says what that is worth.
abstract contract Draw is Membership {
    using Seats for uint128;

    /// @dev Contract that keeps the last 8,191 block hashes (EIP-2935).
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;

    bytes32 internal _seed;

    /// @dev The seed of the draw that ends a term, and whether its block is there.
    function _seedOf(Current memory current) internal view returns (bytes32 seed, bool there) {
        if (current.drawn) return (_seed, true);
        uint256 source = uint256(_roster(current.number).startBlock) + 1;
        there = block.number > source;
        seed = keccak256(abi.encode(_seed, there ? _hashOf(source) : bytes32(0), current.number));
    }

    /// @dev Who is current after a term with this seed: drawn from the roster of the term without its sequencer. Where
    /// the drawn one has left since, the next seat's stands in, so that by leaving one only gives a turn away. Where all
    /// others have left, the sequencer goes on; where it has left too, a newcomer takes over.
    function _select(Current memory current, bytes32 seed) internal view returns (address) {
        Frozen memory roster = _roster(current.number);
        uint128 gone = _totals.gone;
        (uint128 others, uint256 weight) = (roster.active, roster.weight);
        if (current.sequencer != address(0)) {
            uint8 own = _member(current.sequencer).seat;
            others &= ~Seats.bit(own);
            weight -= _seatAt(own, current.number).weight;
            if (others & ~gone == 0 && !gone.has(own)) return current.sequencer;
        }
        uint32 number = current.number;
        if (others & ~gone == 0) {
            roster = _pending();
            (others, weight, gone, number) = (roster.active, roster.weight, 0, number + 1);
            if (others == 0) return address(0);
        }
        // Stakes of less than a gwei weigh nothing.
        uint8 seat = weight == 0 ? others.lowest() : _drawn(others, number, uint256(seed) % weight);
        if (gone.has(seat)) seat = _following(others & ~gone, seat);
        return _owners[_seatAt(seat, number).key];
    }

    /// @dev The seat at a point below the sum of the weights, counted from the lowest seat on.
    function _drawn(uint128 seats, uint32 number, uint256 point) private view returns (uint8 seat) {
        while (true) {
            seat = seats.lowest();
            uint256 weight = _seatAt(seat, number).weight;
            if (point < weight) return seat;
            point -= weight;
            seats &= seats - 1;
        }
    }

    /// @dev The first seat of a set above this one, or else the lowest.
    function _following(uint128 seats, uint8 seat) private pure returns (uint8) {
        uint128 above = seats & ~(Seats.bit(seat) | (Seats.bit(seat) - 1));
        return above == 0 ? seats.lowest() : above.lowest();
    }

    /// @dev Hash of a block of the last day; zero of an older one. Then the seed goes on without: all have known for a
    /// day what it would have been, and anyone could have fixed it.
    function _hashOf(uint256 number) private view returns (bytes32 hash) {
        hash = blockhash(number);
        if (hash != 0) return hash;
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory data) = HISTORY.staticcall(abi.encode(number));
        if (success && data.length == 32) hash = bytes32(data);
    }
}
