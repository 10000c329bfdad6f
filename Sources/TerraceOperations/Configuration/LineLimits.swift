public import TerraceCore

/// What both kinds of lines have: how long an order stands, what it follows, and where it may be.
public struct LineLimits: Sendable {
    /// `timeout_seconds`, in nanoseconds; nil for the default of the line's kind.
    public var timeoutNanoseconds: Int64?
    /// `coefficient_method`; nil for the default.
    public var coefficientMethod: LineCoefficientMethod?
    /// `drift_bps`; nil for the default.
    public var drift: Millibps?
    /// `min_price`.
    public var minimumPrice: ConfiguredDecimal?
    /// `max_price`.
    public var maximumPrice: ConfiguredDecimal?
    /// `sides`; nil for both.
    public var sides: LineSides?

    static let keys = ["timeout_seconds", "coefficient_method", "drift_bps", "min_price", "max_price", "sides"]

    init(_ section: Section) {
        self.timeoutNanoseconds = section.seconds("timeout_seconds", 100...86_400_000)
        self.coefficientMethod = section.choice(
            "coefficient_method",
            [("volume", LineCoefficientMethod.volume), ("inventory", .inventory), ("both", .both), ("none", .none)])
        self.drift = section.basisPoints("drift_bps", 0...10_000_000)
        self.minimumPrice = section.decimal("min_price", .positive)
        self.maximumPrice = section.decimal("max_price", .positive)
        self.sides = section.choice("sides", [("both", LineSides.both), ("bid", .bid), ("ask", .ask)])
        if let least = self.minimumPrice, let most = self.maximumPrice, least.units > most.units {
            section.findings.error(
                least.place, "\(least.name) is \(least.text), above \"max_price\", which is \(most.text)")
        }
    }
}
