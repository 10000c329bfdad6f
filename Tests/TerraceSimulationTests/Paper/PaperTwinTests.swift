import TerraceCore
import Testing

@testable import TerraceSimulation

/// A random recorded market with our orders in it, given to a paper venue and to its slow twin.
struct PaperStream {
    var random: SeededGenerator
    var time: Int64 = 100
    var book: [Side: [Int64: Int64]] = [.bid: [:], .ask: [:]]
    private var lastOrder: UInt64 = 0

    init(seed: Int) { self.random = SeededGenerator(seed: UInt64(seed)) }

    mutating func levels() -> [(Side, Int64, Int64)] {
        let mid = Int64(1_000 + self.random.below(9) - 4)
        var changes: [(Side, Int64, Int64)] = []
        for _ in 0..<self.random.below(7) {
            let side: Side = self.random.chance(0.5) ? .bid : .ask
            let price = side == .bid ? mid - Int64(self.random.below(5)) : mid + 1 + Int64(self.random.below(5))
            changes.append((side, price, self.random.chance(0.3) ? 0 : Int64(1 + self.random.below(60))))
        }
        // A real book does not cross itself for long: what the newcomers crossed is gone, mostly.
        if self.random.chance(0.9) {
            for side in Side.allCases {
                for price in (self.book[side.opposite] ?? [:]).keys.sorted()
                where changes.contains(where: { $0.0 == side && $0.2 > 0 && SlowPaper.isAtOrBetter(side, $0.1, price) })
                {
                    if !changes.contains(where: { $0.0 == side.opposite && $0.1 == price }) {
                        changes.append((side.opposite, price, 0))
                    }
                }
            }
        }
        for (side, price, quantity) in changes { self.book[side]?[price] = quantity == 0 ? nil : quantity }
        return changes
    }

    mutating func next() -> PaperStep {
        self.time += Int64(self.random.below(4))
        let side: Side = self.random.chance(0.5) ? .bid : .ask
        switch self.random.below(10) {
        case 0...3: return .depth(self.time, self.levels())
        case 4...6:
            // Some prints are older than the last book message, some are of prices where we are.
            let time = self.time + Int64(self.random.below(9)) - 6
            return .trade(
                aggressor: side, Int64(996 + self.random.below(10)), Int64(1 + self.random.below(50)), at: max(1, time))
        case 7:
            self.lastOrder += 1
            return .place(
                self.lastOrder, side, Int64(996 + self.random.below(10)), Int64(1 + self.random.below(40)))
        case 8:
            return .amend(
                UInt64(1 + self.random.below(Int(self.lastOrder) + 1)), Int64(996 + self.random.below(10)),
                Int64(1 + self.random.below(40)))
        default: return .cancel(UInt64(1 + self.random.below(Int(self.lastOrder) + 1)))
        }
    }
}

@Suite("Paper fills, against a slow twin") struct PaperTwinTests {
    @Test("are the twin's, use no volume twice, and lose no coin", arguments: 0..<20)
    func twin(batch: Int) {
        for seed in batch * 15 + 1...batch * 15 + 15 {
            Self.run(seed)
        }
    }

    static func run(_ seed: Int) {
        var stream = PaperStream(seed: seed)
        var bench = PaperBench(
            rules: TradingRules(
                tick: Grid(step: 1), lot: Grid(step: 1), makerFee: Millibps(seed % 2 == 0 ? 10_000 : -1_000)))
        var twin = SlowPaper()
        bench.apply(.snapshot([]))
        bench.apply(.depth(100, []))
        twin.depth(100, [], now: bench.now.nanoseconds / 1_000_000)
        var ahead: [UInt64: Int64] = [:]
        for index in 0..<400 {
            let step = stream.next()
            let reports = bench.reports.count
            let fills = bench.fills.count
            let sideOf = Self.sides(bench.venue)
            bench.apply(step)
            let now = bench.now.nanoseconds / 1_000_000
            let refused = bench.reports[reports...].contains { PaperVenueTests.rejection($0.outcome) != nil }
            switch step {
            case .depth(let time, let levels): twin.depth(time, levels, now: now)
            case .trade(let aggressor, let price, let quantity, let time):
                twin.trade(aggressor, price, quantity, at: time, now: now)
                // No print fills more than itself.
                let filled = bench.fills[fills...].reduce(0) { $0 + $1.fill.quantity.units }
                #expect(filled <= quantity, "seed \(seed), step \(index)")
                #expect(
                    bench.fills[fills...].allSatisfy { sideOf[$0.id] == aggressor.opposite },
                    "seed \(seed), step \(index)")
            case .place(let id, let side, let price, let quantity):
                if !refused { twin.place(id, side, price, quantity, now: now) }
            case .amend(let id, let price, let quantity):
                if !refused {
                    twin.amend(id, price, quantity, now: now)
                    ahead[id] = nil
                }
            case .cancel(let id): twin.cancel(id)
            case .snapshot, .lost: break
            }
            let same =
                bench.fills.map { "\($0.id):\($0.fill.quantity.units)" } == twin.fills.map { "\($0.id):\($0.quantity)" }
            #expect(same, "seed \(seed), step \(index): \(step)")
            if !same { return }
            for order in twin.orders {
                let place = bench.ahead(order.id)
                #expect(place == order.ahead, "seed \(seed), step \(index), order \(order.id): \(step)")
                if let place {
                    #expect(place >= 0 && place <= ahead[order.id] ?? .max, "seed \(seed), step \(index)")
                    ahead[order.id] = place
                }
            }
            let count = bench.venue.openOrders(0).count
            #expect(count == twin.orders.count, "seed \(seed), step \(index)")
            Self.checkCoins(bench.venue, bench.fills, seed)
        }
    }

    static func sides(_ venue: borrowing PaperVenue) -> [UInt64: Side] {
        var found: [UInt64: Side] = [:]
        for (_, order) in venue.openOrders(0) { found[order.client.sequence] = order.side }
        return found
    }

    /// What is held is what there was, and the fills and their fees; what is held back is what the orders need.
    static func checkCoins(_ venue: borrowing PaperVenue, _ fills: [(id: UInt64, fill: Fill)], _ seed: Int) {
        var total = [PaperBench.start, PaperBench.start]
        for (_, fill) in fills {
            let base = Units.standard.amount(of: fill.quantity)
            let quote = Units.standard.amount(of: Notional(of: fill.quantity, at: fill.price))
            total[0] += fill.side == .bid ? base : -base
            total[1] += fill.side == .bid ? -quote : quote
            total[fill.feeAsset.index] -= fill.fee
        }
        var needed = [Amount.zero, Amount.zero]
        for (_, order) in venue.openOrders(0) {
            let left = order.quantity - order.filled
            if order.side == .bid {
                needed[1] += Units.standard.amount(of: Notional(of: left, at: order.price))
            } else {
                needed[0] += Units.standard.amount(of: left)
            }
        }
        for asset in 0..<2 {
            let held = venue.balance(0, AssetIndex(UInt16(asset)))
            #expect(held.total == total[asset], "seed \(seed)")
            #expect(held.total - held.free == needed[asset], "seed \(seed)")
        }
    }

    @Test("by displayed volume never exceed what came to be displayed", arguments: 1...60)
    func crossed(seed: Int) {
        var stream = PaperStream(seed: seed + 10_000)
        var bench = PaperBench()
        bench.apply(.snapshot([]))
        bench.apply(.depth(100, []))
        // By side and price: all that ever came to be displayed there, and what of it has filled us.
        var displayed: [Side: Int64] = [.bid: 0, .ask: 0]
        var filled: [Side: Int64] = [.bid: 0, .ask: 0]
        var shown: [Side: [Int64: Int64]] = [.bid: [:], .ask: [:]]
        for index in 0..<400 {
            let step = stream.next()
            if case .trade = step { continue }
            let fills = bench.fills.count
            let sideOf = Self.sides(bench.venue)
            bench.apply(step)
            if case .depth(_, let levels) = step {
                for (side, price, quantity) in levels {
                    displayed[side, default: 0] += max(0, quantity - (shown[side]?[price] ?? 0))
                    shown[side]?[price] = quantity
                }
            }
            for (id, fill) in bench.fills[fills...] {
                guard let side = sideOf[id] else { continue }
                filled[side.opposite, default: 0] += fill.quantity.units
            }
            for side in Side.allCases {
                #expect(filled[side] ?? 0 <= displayed[side] ?? 0, "seed \(seed), step \(index)")
            }
        }
    }
}
