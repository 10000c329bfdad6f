/// The price that one line wants on one side of one venue, and the market within which it goes on wanting much the same.
///
/// Everything is in the side's *direction*: bids as they are, asks with the opposite sign. So on both sides a higher number
/// trades more eagerly, rounding down goes away from trading, and each rule is written once.
struct LinePricing {
    /// Whether the line follows its venue's touch, bound by the inventory price; otherwise it follows the reference price.
    let isTopOfBook: Bool
    /// Of 10^7, how much of the anchor remains after the spread; not positive where the spread is the whole price or more.
    let factor: Int64
    /// The venue's price step.
    let tick: Grid
    /// The price that the spread is taken from: the inventory price, or the reference price.
    let anchor: Int64
    /// Whether the anchor is the reference price, and moves with it.
    let followsReference: Bool
    /// The best price of the venue on the order's side, and on the other.
    let best: Int64
    let opposite: Int64
    /// The most and the least eager price that the line allows; a price beyond the first is held there, one beyond the second
    /// is not quoted.
    let cap: Int64
    let floor: Int64
    /// The anchor less the spread, on the tick.
    private let limit: Int64

    init(
        _ line: borrowing LineTerms, _ side: Side, spread: Int64, tick: Grid, touch: Touch, anchor: Price,
        followsReference: Bool
    ) {
        let direction = side.sign
        self.isTopOfBook = line.isTopOfBook
        self.factor = Millibps.whole - direction * spread
        self.tick = tick
        self.anchor = direction * anchor.units
        self.followsReference = followsReference
        self.limit = self.factor > 0 ? Self.limit(self.anchor, self.factor, tick) : -QuoteBand.far
        if side == .bid {
            self.best = touch.bid.price.units
            self.opposite = touch.ask.price.units
            self.cap = line.maximumPrice
            self.floor = max(1, line.minimumPrice)
        } else {
            self.best = -touch.ask.price.units
            self.opposite = -touch.bid.price.units
            self.cap = -line.minimumPrice
            self.floor = -line.maximumPrice
        }
    }

    /// What the line wants, in the side's direction; nil where that is less than its limits allow.
    ///
    /// - Complexity: O(1).
    func wanted() -> Int64? {
        if self.factor <= 0 { return nil }
        var price = min(self.limit, self.nearest)
        if price > self.cap { price = self.roundedDown(self.cap) }
        return price < self.floor ? nil : price
    }

    /// Whether an order that stands at `price` is worse for us than the inventory price allows. No tolerance is given there,
    /// but where the reference price stands in for it, which moves with every tick.
    func forbids(_ price: Int64) -> Bool { self.isTopOfBook && !self.followsReference && price > self.limit }

    /// A price is below 2^56 and a factor below 2^25, so that the quotient is below 2^58.
    private static func limit(_ anchor: Int64, _ factor: Int64, _ tick: Grid) -> Int64 {
        let product = anchor.magnitude.multipliedFullWidth(by: UInt64(bitPattern: factor))
        let (quotient, remainder) = UInt64(bitPattern: Millibps.whole).dividingFullWidth(product)
        let units = Int64(bitPattern: quotient)
        return Self.roundedDown(anchor >= 0 ? units : remainder == 0 ? -units : -units - 1, tick)
    }

    /// As near to trading as the book lets it be: a tick before the best or beside it, or a tick short of taking.
    private var nearest: Int64 {
        self.isTopOfBook ? (self.improves ? self.best + self.tick.step : self.best) : self.opposite - self.tick.step
    }

    private var improves: Bool { self.opposite - self.best > self.tick.step }

    private func roundedDown(_ price: Int64) -> Int64 { Self.roundedDown(price, self.tick) }

    private static func roundedDown(_ price: Int64, _ tick: Grid) -> Int64 {
        price >= 0 ? tick.roundedDown(price) : -tick.roundedUp(-price)
    }

    private func roundedUp(_ price: Int64) -> Int64 {
        price >= 0 ? self.tick.roundedUp(price) : -self.tick.roundedDown(-price)
    }

    // MARK: For how long

    /// The market in which an order that stands at `standing` stays within `tolerance` (of 10^7) of what is wanted.
    ///
    /// - Precondition: it is so now, and the line does not forbid it.
    /// - Complexity: O(1), some divisions.
    func band(around standing: Int64, tolerance: Int64, _ side: Side, reference: Price) -> QuoteBand {
        // The prices w that are near enough, |w - standing| x 10^7 <= |w| x tolerance, those on the tick and in the limits.
        let size = standing.magnitude
        var low = Self.quotient(size, Millibps.whole, Millibps.whole + tolerance, roundedUp: true)
        var high =
            tolerance >= Millibps.whole
            ? QuoteBand.far : Self.quotient(size, Millibps.whole, Millibps.whole - tolerance, roundedUp: false)
        if standing < 0 { (low, high) = (-high, -low) }
        low = self.roundedUp(max(low, self.floor))
        high = self.roundedDown(min(high, self.cap))
        let wanted = min(self.limit, self.nearest)
        if wanted < low || wanted > high { return self.point(side, reference, low, high) }  // Held by the cap.
        var band = self.isTopOfBook ? self.touchBand(low, high, limit) : self.spreadBand(low, high, limit)
        if !self.followsReference {
            band.referenceLow = -QuoteBand.far
            band.referenceHigh = QuoteBand.far
        }
        return Self.turned(band, side, low, high)
    }

    private struct Directed {
        var referenceLow = -QuoteBand.far
        var referenceHigh = QuoteBand.far
        var bestLow = -QuoteBand.far
        var bestHigh = QuoteBand.far
        var oppositeLow = -QuoteBand.far
        var oppositeHigh = QuoteBand.far
    }

    /// A passive line: the spread decides, or the last price that does not take.
    private func spreadBand(_ low: Int64, _ high: Int64, _ limit: Int64) -> Directed {
        var band = Directed()
        let step = self.tick.step
        let clamp = self.opposite - step
        if limit <= clamp {
            let top = min(high, clamp)  // Both are on the tick.
            band.referenceLow = self.leastAnchor(reaching: low)
            band.referenceHigh = self.leastAnchor(reaching: top + step) - 1
            band.oppositeLow = top + step
        } else {
            let top = min(high, limit)
            band.referenceLow = self.leastAnchor(reaching: top)
            band.oppositeLow = low + step
            band.oppositeHigh = top + step
        }
        return band
    }

    /// A top-of-book line: the book decides, or the bound from the inventory price.
    private func touchBand(_ low: Int64, _ high: Int64, _ limit: Int64) -> Directed {
        var band = Directed()
        let step = self.tick.step
        if limit >= self.nearest {
            let top = min(high, limit)
            if self.improves {
                band.bestLow = low - step
                band.bestHigh = min(top - step, self.opposite - step - 1)
                band.oppositeLow = band.bestHigh + step + 1
            } else {
                band.bestLow = self.best
                band.bestHigh = self.best
                band.oppositeLow = self.best + 1
                band.oppositeHigh = self.best + step
            }
            band.referenceLow = self.leastAnchor(reaching: top)
        } else {
            // Both are on the tick, so that the bound is at most the best and stays what is wanted while it is.
            let top = self.followsReference ? min(high, self.best) : limit
            band.bestLow = top
            band.referenceLow = self.leastAnchor(reaching: low)
            band.referenceHigh = self.leastAnchor(reaching: top + step) - 1
        }
        return band
    }

    /// The least anchor whose limit reaches `price`, a whole number of ticks: ceil(price x 10^7 / factor).
    private func leastAnchor(reaching price: Int64) -> Int64 {
        let anchor = Self.quotient(price.magnitude, Millibps.whole, self.factor, roundedUp: price > 0)
        return price < 0 ? -anchor : anchor
    }

    /// `value` x `numerator` / `divisor`, held at `QuoteBand.far`.
    private static func quotient(_ value: UInt64, _ numerator: Int64, _ divisor: Int64, roundedUp: Bool) -> Int64 {
        let divisor = UInt64(bitPattern: divisor)
        let product = value.multipliedFullWidth(by: UInt64(bitPattern: numerator))
        if product.high >= divisor { return QuoteBand.far }
        let (quotient, remainder) = divisor.dividingFullWidth(product)
        if quotient >= UInt64(QuoteBand.far) { return QuoteBand.far }
        return Int64(bitPattern: quotient) + (roundedUp && remainder != 0 ? 1 : 0)
    }

    /// This very market and no other.
    private func point(_ side: Side, _ reference: Price, _ low: Int64, _ high: Int64) -> QuoteBand {
        let directed = Directed(
            referenceLow: side.sign * reference.units, referenceHigh: side.sign * reference.units, bestLow: self.best,
            bestHigh: self.best, oppositeLow: self.opposite, oppositeHigh: self.opposite)
        return Self.turned(directed, side, low, high)
    }

    /// From the side's direction to prices. An order stands only before a market with two sides.
    private static func turned(_ band: Directed, _ side: Side, _ low: Int64, _ high: Int64) -> QuoteBand {
        side == .bid
            ? QuoteBand(
                referenceLow: max(1, band.referenceLow), referenceHigh: band.referenceHigh,
                bidLow: max(1, band.bestLow), bidHigh: band.bestHigh, askLow: max(1, band.oppositeLow),
                askHigh: band.oppositeHigh, wantedLow: low, wantedHigh: high)
            : QuoteBand(
                referenceLow: max(1, -band.referenceHigh), referenceHigh: -band.referenceLow,
                bidLow: max(1, -band.oppositeHigh), bidHigh: -band.oppositeLow, askLow: max(1, -band.bestHigh),
                askHigh: -band.bestLow, wantedLow: -high, wantedHigh: -low)
    }
}
