import Testing

@testable import TerraceCore

/// One random line on one side of one venue, and what plain arithmetic on fractions says that it wants.
private struct PricingCase {
    let side: Side
    let line: LineTerms
    let spread: Int64
    let tick: Grid
    let follows: Bool
    var touch: Touch
    var reference: Int64
    let fixedAnchor: Int64

    init(_ random: inout TestRandom) {
        self.side = random.below(2) == 0 ? .bid : .ask
        self.tick = Grid(step: [1, 7, 10, 2_500][Int(random.below(4))])
        self.spread = [0, 1, 9_999, 50_000, 999_999, 9_999_999][Int(random.below(6))]
        let middle = 1_000 * self.tick.step + random.below(1_000_000) * self.tick.step
        let isTopOfBook = random.below(2) == 0
        let low = random.below(3) == 0 ? Price(units: middle - random.below(50) * self.tick.step) : nil
        let high = random.below(3) == 0 ? Price(units: middle + random.below(50) * self.tick.step + 1) : nil
        if isTopOfBook {
            var line = TopOfBookLine(hourlyQuantity: Quantity(units: 1), spread: Millibps(self.spread))
            (line.minimumPrice, line.maximumPrice) = (low, high)
            self.line = LineTerms(line)
        } else {
            var line = PassiveLine(spread: Millibps(self.spread), quantity: Quantity(units: 1))
            (line.minimumPrice, line.maximumPrice) = (low, high)
            self.line = LineTerms(line)
        }
        self.follows = !isTopOfBook || random.below(2) == 0
        self.fixedAnchor = middle + random.below(200) - 100
        self.reference = middle + random.below(40) - 20
        self.touch = Touch(bid: .none, ask: .none)
        self.move(&random, around: middle)
    }

    /// Another market nearby.
    mutating func move(_ random: inout TestRandom, around middle: Int64) {
        let best = middle / self.tick.step + random.below(9) - 4
        let width = 1 + random.below(5)
        self.touch = Touch(
            bid: Level(price: Price(units: best * self.tick.step), quantity: Quantity(units: 1)),
            ask: Level(price: Price(units: (best + width) * self.tick.step), quantity: Quantity(units: 1)))
        self.reference = max(1, middle + (random.below(13) - 6) * max(1, self.tick.step / 2))
    }

    var anchor: Int64 { self.follows ? self.reference : self.fixedAnchor }

    var pricing: LinePricing {
        LinePricing(
            self.line, self.side, spread: self.spread, tick: self.tick, touch: self.touch,
            anchor: Price(units: self.anchor), followsReference: self.follows)
    }

    /// The wanted price, in the plainest way: rationals, then floor or ceiling to the tick.
    var plain: Int64? {
        let step = Int128(self.tick.step)
        let whole: Int128 = 10_000_000
        let (bid, ask) = (Int128(self.touch.bid.price.units), Int128(self.touch.ask.price.units))
        let factor = self.side == .bid ? whole - Int128(self.spread) : whole + Int128(self.spread)
        if factor <= 0 { return nil }
        let exact = Int128(self.anchor) * factor  // Over `whole`.
        func floorTick(_ value: Int128, over divisor: Int128) -> Int128 { value / (divisor * step) * step }
        func ceilTick(_ value: Int128, over divisor: Int128) -> Int128 {
            (value + divisor * step - 1) / (divisor * step) * step
        }
        var price: Int128
        if self.side == .bid {
            let near = self.line.isTopOfBook ? (ask - bid > step ? bid + step : bid) : ask - step
            price = min(near, floorTick(exact, over: whole))
            if price > Int128(self.line.maximumPrice) { price = Int128(self.line.maximumPrice) / step * step }
            if price < Int128(self.line.minimumPrice) || price <= 0 { return nil }
        } else {
            let near = self.line.isTopOfBook ? (ask - bid > step ? ask - step : ask) : bid + step
            price = max(near, ceilTick(exact, over: whole))
            if price < Int128(self.line.minimumPrice) {
                price = ceilTick(Int128(self.line.minimumPrice), over: 1)
            }
            if price > Int128(self.line.maximumPrice) { return nil }
        }
        return Int64(price)
    }
}

@Suite("A line's price") struct LinePricingTests {
    @Test("is what plain arithmetic on fractions says, on both sides, rounded away from trading", arguments: 1...20)
    func twin(seed: UInt64) {
        var random = TestRandom(state: seed)
        for _ in 0..<5_000 {
            let one = PricingCase(&random)
            let wanted = one.pricing.wanted().map { $0 * one.side.sign }
            #expect(wanted == one.plain, "seed \(seed): \(one)")
        }
    }

    @Test("never takes, and never improves on itself by more than a tick")
    func neverTakes() {
        var random = TestRandom(state: 4)
        for _ in 0..<20_000 {
            let one = PricingCase(&random)
            guard let wanted = one.pricing.wanted() else { continue }
            if one.side == .bid {
                #expect(wanted < one.touch.ask.price.units)
            } else {
                #expect(-wanted > one.touch.bid.price.units)
            }
        }
    }

    @Test("stays within its tolerance of the order in every market that its band allows", arguments: 1...20)
    func band(seed: UInt64) {
        var random = TestRandom(state: seed &* 7_919)
        var held = 0
        var left = 0
        for _ in 0..<2_000 {
            var one = PricingCase(&random)
            guard let wanted = one.pricing.wanted() else { continue }
            let tolerance: Int64 = [0, 1, 1_000, 20_000][Int(random.below(4))]
            // An order that is near enough, and one that is not.
            let standing = wanted + (random.below(3) - 1) * one.tick.step
            let price = Price(units: standing * one.side.sign)
            let now = Price(units: wanted * one.side.sign)
            if price.units <= 0 || Spreads.differs(now, price, byMoreThan: tolerance, of: now) { continue }
            if one.pricing.forbids(standing) { continue }
            let band = one.pricing.band(
                around: standing, tolerance: tolerance, one.side, reference: Price(units: one.reference))
            let middle = one.touch.bid.price.units
            for _ in 0..<40 {
                one.move(&random, around: middle)
                guard
                    band.holds(
                        one.reference, bid: one.touch.bid.price.units, ask: one.touch.ask.price.units)
                else {
                    left += 1
                    continue
                }
                held += 1
                guard let later = one.pricing.wanted() else {
                    Issue.record("seed \(seed): the band holds where nothing is wanted: \(one)")
                    return
                }
                let then = Price(units: later * one.side.sign)
                let strays = Spreads.differs(then, price, byMoreThan: tolerance, of: then)
                #expect(!strays, "seed \(seed): \(one), standing \(price.units), wanted \(then.units)")
                #expect(then.units >= band.wantedLow && then.units <= band.wantedHigh, "seed \(seed): \(one)")
                if strays { return }
            }
        }
        #expect(held > 1_000 && left > 1_000, "\(held) markets held, \(left) did not")
    }
}
