import TerraceCore
import TerraceSimulation
import Testing

@Suite("A simulated market") struct OrderFlowTests {
    static let record = MarketRecord(seed: 11)

    static func quantile(_ values: [Double], _ share: Double) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }

    @Test("has books with two sides that never cross, and a spread of a few ticks")
    func spreads() {
        let record = Self.record
        #expect(record.samples.count > 3_000)
        #expect(record.crossed == 0 && record.oneSided == 0)
        let spreads = record.samples.map { Double(($0.ask - $0.bid) / record.tick($0.instrument)) }
        #expect((1...5).contains(Self.quantile(spreads, 0.5)), "median \(Self.quantile(spreads, 0.5))")
        #expect(Self.quantile(spreads, 0.95) <= 20, "95 of 100: \(Self.quantile(spreads, 0.95))")
        #expect(Set(spreads).count >= 4, "the spread moves")
    }

    @Test("has a depth that falls off with the distance from the touch")
    func depth() {
        func average(_ range: Range<Int>) -> Double {
            // Lots differ between instruments: each sample counts relative to its own whole.
            Self.mean(
                Self.record.samples.map { sample in
                    let whole = Double(sample.depth.reduce(0, +))
                    return Double(sample.depth[range].reduce(0, +)) / whole / Double(range.count)
                })
        }
        let near = average(1..<11)
        let middle = average(20..<40)
        let far = average(60..<80)
        #expect(near > 1.2 * middle && middle > 1.2 * far && far > 0, "\(near) \(middle) \(far)")
    }

    @Test("trades on both sides, on every instrument")
    func trades() {
        let record = Self.record
        let buys = record.trades.filter { $0.aggressor == .bid }.count
        #expect(record.trades.count > 2_000)
        #expect((0.4...0.6).contains(Double(buys) / Double(record.trades.count)))
        let traded = Set(record.trades.map { $0.instrument })
        #expect(traded.count == MarketRecord.pairs * MarketRecord.venues)
    }

    @Test("has one price a pair: its venues' mids stay together, while each moves")
    func mids() {
        let record = Self.record
        for pair in 0..<MarketRecord.pairs {
            var mids = [Double?](repeating: nil, count: MarketRecord.venues)
            var apart: [Double] = []
            var seen: [Double] = []
            for sample in record.samples where sample.instrument / MarketRecord.venues == pair {
                let mid = Double(sample.bid + sample.ask) / 2
                mids[sample.instrument % MarketRecord.venues] = mid
                seen.append(mid)
                let known = mids.compactMap { $0 }
                if known.count == MarketRecord.venues, let low = known.min(), let high = known.max() {
                    apart.append((high - low) / low * 10_000)
                }
            }
            #expect(Self.quantile(apart, 0.5) < 10, "median \(Self.quantile(apart, 0.5)) bps")
            #expect(Self.quantile(apart, 0.95) < 30, "95 of 100: \(Self.quantile(apart, 0.95)) bps")
            #expect(Self.quantile(apart, 0.5) > 0.2, "venues that never differ are one venue")
            #expect((seen.max() ?? 0) / (seen.min() ?? 1) > 1.001, "the price moves")
        }
    }

    @Test("has regimes: the volume of a minute differs from another's by more than chance")
    func regimes() {
        let record = Self.record
        for pair in 0..<MarketRecord.pairs {
            let minutes = stride(from: 20, to: MarketRecord.seconds - 20, by: 20).map { from in
                (0..<MarketRecord.venues).reduce(0.0) { sum, venue in
                    let seconds = record.updates[pair * MarketRecord.venues + venue][from..<from + 20]
                    return sum + Double(seconds.reduce(0, +))
                }
            }
            let mean = Self.mean(minutes)
            let variance = Self.mean(minutes.map { ($0 - mean) * ($0 - mean) })
            // Bursts of about four records: at one steady rate the variance would be some five times the mean.
            #expect(variance > 15 * mean, "pair \(pair): \(variance / mean)")
        }
    }

    @Test("publishes at the rate that was asked for")
    func rate() {
        let wanted = MarketRecord.rate * Double(MarketRecord.seconds)
        #expect(abs(Double(Self.record.published) / wanted - 1) < 0.03, "\(Self.record.published) of \(wanted)")
    }
}
