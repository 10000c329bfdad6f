/// How far a position is from where it should be, in [-1, 1].
public enum InventoryCoefficient {
    /// (position - target) / max deviation, or / |target| where the settings say so and the target is not zero; clamped.
    public static func value(position: Quantity, settings: borrowing InventorySettings) -> Coefficient {
        let distance = Int128(position.units) - Int128(settings.target.units)
        if distance == 0 { return .zero }
        var divisor = Int128(settings.maximumDeviation.units)
        if settings.coefficient == .target, settings.target.units != 0 {
            divisor = Int128(settings.target.units.magnitude)
        }
        if divisor <= 0 { return Coefficient(ppm: distance < 0 ? -1_000_000 : 1_000_000) }
        return Coefficient(ppm: Int64(max(-1_000_000, min(1_000_000, distance * 1_000_000 / divisor))))
    }
}

/// How much more may be ordered so that open orders and position stay within target ± max deviation, whichever fills first.
public enum Headroom {
    /// For bids: target + deviation - position - open bids, never negative.
    public static func bid(position: Quantity, openBids: Quantity, settings: borrowing InventorySettings) -> Quantity {
        clamped(
            Int128(settings.target.units) + Int128(settings.maximumDeviation.units)
                - Int128(position.units) - Int128(openBids.units))
    }

    /// For asks: position - (target - deviation) - open asks, never negative.
    public static func ask(position: Quantity, openAsks: Quantity, settings: borrowing InventorySettings) -> Quantity {
        clamped(
            Int128(position.units) - Int128(settings.target.units)
                + Int128(settings.maximumDeviation.units) - Int128(openAsks.units))
    }

    private static func clamped(_ units: Int128) -> Quantity {
        Quantity(units: Int64(max(0, min(Int128(Quantity.limit), units))))
    }
}
