// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Pair
/// @notice A constant-product market of two tokens in the manner of Uniswap V2: a fee of 0.3 %, liquidity as a token,
/// reserves and their time in one word, prices accumulated over time. Like there, callers send tokens first and then
/// call: whatever the pair has beyond its reserves is what came in.
contract Pair is ERC20, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @notice Liquidity that nobody ever gets back: it keeps a share from growing beyond anybody's reach.
    uint256 public constant MINIMUM_LIQUIDITY = 1000;

    uint256 private constant FEE = 3;
    uint256 private constant WHOLE = 1000;
    address private constant NOBODY = address(1);

    IERC20 public immutable token0;
    IERC20 public immutable token1;

    uint112 private _reserve0;
    uint112 private _reserve1;
    uint32 private _updated;

    /// @notice Price of token 0 in token 1 times the seconds that it stood, in Q112.
    uint256 public price0Cumulative;
    /// @notice Price of token 1 in token 0 times the seconds that it stood, in Q112.
    uint256 public price1Cumulative;

    event LiquidityAdded(address indexed sender, uint256 amount0, uint256 amount1);
    event LiquidityRemoved(address indexed sender, uint256 amount0, uint256 amount1, address indexed to);
    event Swapped(
        address indexed sender,
        uint256 amount0In,
        uint256 amount1In,
        uint256 amount0Out,
        uint256 amount1Out,
        address indexed to
    );
    event Synced(uint112 reserve0, uint112 reserve1);

    error PairNoLiquidity(uint256 liquidity);
    error PairNoOutput();
    error PairNoInput();
    error PairBeyondReserves(uint256 amount0Out, uint256 amount1Out, uint112 reserve0, uint112 reserve1);
    error PairProductShrinks(uint256 product, uint256 expected);

    constructor(IERC20 token0_, IERC20 token1_) ERC20("Liquidity", "POOL") {
        token0 = token0_;
        token1 = token1_;
    }

    /// @notice Turns the tokens that came in into liquidity.
    function mint(address to) external nonReentrant returns (uint256 liquidity) {
        (uint256 balance0, uint256 balance1) = _balances();
        uint256 amount0 = balance0 - _reserve0;
        uint256 amount1 = balance1 - _reserve1;
        uint256 supply = totalSupply();
        if (supply == 0) {
            liquidity = Math.sqrt(amount0 * amount1) - MINIMUM_LIQUIDITY;
            _mint(NOBODY, MINIMUM_LIQUIDITY);
        } else {
            liquidity = Math.min((amount0 * supply) / _reserve0, (amount1 * supply) / _reserve1);
        }
        if (liquidity == 0) revert PairNoLiquidity(liquidity);
        _mint(to, liquidity);
        _sync(balance0, balance1);
        emit LiquidityAdded(msg.sender, amount0, amount1);
    }

    /// @notice Turns the liquidity that came in back into tokens.
    function burn(address to) external nonReentrant returns (uint256 amount0, uint256 amount1) {
        (uint256 balance0, uint256 balance1) = _balances();
        uint256 liquidity = balanceOf(address(this));
        uint256 supply = totalSupply();
        amount0 = (liquidity * balance0) / supply;
        amount1 = (liquidity * balance1) / supply;
        if (amount0 == 0 || amount1 == 0) revert PairNoLiquidity(liquidity);
        _burn(address(this), liquidity);
        token0.safeTransfer(to, amount0);
        token1.safeTransfer(to, amount1);
        (balance0, balance1) = _balances();
        _sync(balance0, balance1);
        emit LiquidityRemoved(msg.sender, amount0, amount1, to);
    }

    /// @notice Gives tokens for those that came in, as long as the product of the reserves, less the fee, does not
    /// shrink.
    function swap(uint256 amount0Out, uint256 amount1Out, address to) external nonReentrant {
        if (amount0Out == 0 && amount1Out == 0) revert PairNoOutput();
        (uint112 reserve0, uint112 reserve1) = (_reserve0, _reserve1);
        if (amount0Out >= reserve0 || amount1Out >= reserve1) {
            revert PairBeyondReserves(amount0Out, amount1Out, reserve0, reserve1);
        }
        if (amount0Out > 0) token0.safeTransfer(to, amount0Out);
        if (amount1Out > 0) token1.safeTransfer(to, amount1Out);

        (uint256 balance0, uint256 balance1) = _balances();
        uint256 amount0In = Math.saturatingSub(balance0, reserve0 - amount0Out);
        uint256 amount1In = Math.saturatingSub(balance1, reserve1 - amount1Out);
        if (amount0In == 0 && amount1In == 0) revert PairNoInput();
        uint256 product = (balance0 * WHOLE - amount0In * FEE) * (balance1 * WHOLE - amount1In * FEE);
        uint256 expected = uint256(reserve0) * reserve1 * WHOLE ** 2;
        if (product < expected) revert PairProductShrinks(product, expected);
        _sync(balance0, balance1);
        emit Swapped(msg.sender, amount0In, amount1In, amount0Out, amount1Out, to);
    }

    /// @notice What the pair holds of each token, and since when.
    function reserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 updated) {
        return (_reserve0, _reserve1, _updated);
    }

    /// @dev Accumulates the prices that stood until now, and takes the balances as the new reserves.
    function _sync(uint256 balance0, uint256 balance1) private {
        (uint112 reserve0, uint112 reserve1) = (_reserve0, _reserve1);
        // Both the clock and what is accumulated wrap around; only differences mean something.
        unchecked {
            uint32 time = uint32(block.timestamp);
            uint32 elapsed = time - _updated;
            if (elapsed > 0 && reserve0 != 0 && reserve1 != 0) {
                price0Cumulative += ((uint256(reserve1) << 112) / reserve0) * elapsed;
                price1Cumulative += ((uint256(reserve0) << 112) / reserve1) * elapsed;
            }
            _updated = time;
        }
        (_reserve0, _reserve1) = (balance0.toUint112(), balance1.toUint112());
        emit Synced(_reserve0, _reserve1);
    }

    function _balances() private view returns (uint256, uint256) {
        return (token0.balanceOf(address(this)), token1.balanceOf(address(this)));
    }
}
