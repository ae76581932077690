// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev How much a proposal takes to pass, and how long it waits then. The gravest of its calls decides.
enum Tier {
    /// Whatever nobody named: other contracts, other functions, the rules of votes, longer exits. A third of the supply
    /// that can vote, in favour, and the long delay; or a quorum in favour that is two thirds of the votes cast, and the
    /// grave delay.
    Grave,
    /// Grants, and parameters that lengthen no exit: a quorum in favour and the long delay.
    Ordinary,
    /// Kicks, bans and compensations, all within bounds of their own: a quorum in favour and the short delay.
    Swift
}
