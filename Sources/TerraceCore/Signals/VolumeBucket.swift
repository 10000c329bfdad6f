/// What was traded on an instrument in ten seconds, in whole coins: an estimate, not money.
public struct VolumeBucket: Sendable, Equatable {
    /// When it began: a whole multiple of ten seconds since 1970. A moment within it does as well.
    public var start: Timestamp
    /// How much of the base coin.
    public var base: Double
    /// How much of the quote coin.
    public var quote: Double

    /// `base` and `quote`, traded within ten seconds from `start` on.
    public init(start: Timestamp, base: Double, quote: Double) {
        self.start = start
        self.base = base
        self.quote = quote
    }
}
