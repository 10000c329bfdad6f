/// Within which market the answer for one slot stays "leave it as it is".
///
/// Whoever evaluates a slot in full, and finds nothing to do, writes down for which reference prices and for which touches
/// of its venue he would find the same again. The next evaluation then costs six comparisons. A band may be narrower than
/// the truth, never wider: it saves work and decides nothing. What is no matter of the market (fills, reports, limits,
/// timers, switches) makes a strategy look at all its slots anyway.
struct QuoteBand: Equatable {
    /// Reference prices, inclusive.
    var referenceLow: Int64
    var referenceHigh: Int64
    /// The venue's best bid and ask, inclusive; zero is an empty side.
    var bidLow: Int64
    var bidHigh: Int64
    var askLow: Int64
    var askHigh: Int64
    /// The prices that may be wanted within the band, for the collar; where none is, the lower is above the higher.
    var wantedLow: Int64
    var wantedHigh: Int64

    /// Beyond every price, with room for one step.
    static let far: Int64 = 1 << 62

    /// Whatever the market does.
    static var everything: QuoteBand {
        QuoteBand(
            referenceLow: .min, referenceHigh: .max, bidLow: .min, bidHigh: .max, askLow: .min, askHigh: .max,
            wantedLow: self.far, wantedHigh: -self.far)
    }
    /// Not even while nothing moves.
    static var nothing: QuoteBand {
        QuoteBand(
            referenceLow: .max, referenceHigh: .min, bidLow: .max, bidHigh: .min, askLow: .max, askHigh: .min,
            wantedLow: self.far, wantedHigh: -self.far)
    }

    /// Whether the answer stands at this reference price and this touch of the venue.
    @inline(__always)
    func holds(_ reference: Int64, bid: Int64, ask: Int64) -> Bool {
        reference >= self.referenceLow && reference <= self.referenceHigh && bid >= self.bidLow && bid <= self.bidHigh
            && ask >= self.askLow && ask <= self.askHigh
    }

    /// Whether the answer stands at this touch, the reference prices not looked at.
    @inline(__always)
    func holds(bid: Int64, ask: Int64) -> Bool {
        bid >= self.bidLow && bid <= self.bidHigh && ask >= self.askLow && ask <= self.askHigh
    }

    /// Keeps what is also in `band`: what several slots of one venue have in common.
    @inline(__always)
    mutating func narrow(to band: borrowing QuoteBand) {
        self.referenceLow = max(self.referenceLow, band.referenceLow)
        self.referenceHigh = min(self.referenceHigh, band.referenceHigh)
        self.bidLow = max(self.bidLow, band.bidLow)
        self.bidHigh = min(self.bidHigh, band.bidHigh)
        self.askLow = max(self.askLow, band.askLow)
        self.askHigh = min(self.askHigh, band.askHigh)
        self.wantedLow = min(self.wantedLow, band.wantedLow)
        self.wantedHigh = max(self.wantedHigh, band.wantedHigh)
    }

    /// Narrows the reference prices to those within `drift` of `origin`.
    ///
    /// Rounded inward: `|reference - origin| * 10^7 <= drift * origin`.
    mutating func limit(drift: Int64, from origin: Price) {
        let room = Int64(
            truncatingIfNeeded: min(Int128(origin.units) * Int128(drift) / Int128(Millibps.whole), Int128(Self.far)))
        self.referenceLow = max(self.referenceLow, max(1, origin.units - min(room, origin.units)))
        self.referenceHigh = min(self.referenceHigh, origin.units + min(room, Self.far))
    }
}
