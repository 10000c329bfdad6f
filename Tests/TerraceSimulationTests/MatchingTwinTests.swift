import TerraceCore
import TerraceSimulation
import Testing

@Suite("The matching engine") struct MatchingTwinTests {
    static let accounts: [UInt16] = [0, 1, 2]

    static func definition(_ seed: Int) -> SimulatedInstrument {
        SimulatedInstrument(
            base: AssetIndex(0), quote: AssetIndex(1), units: .standard,
            rules: TradingRules(
                tick: Grid(step: seed % 2 == 0 ? 10 : 7), lot: Grid(step: 5), minimumQuantity: Quantity(units: 10),
                minimumNotional: Notional(units: 6_000), makerFee: Millibps([-2_000, 0, 10_000][seed % 3]),
                takerFee: Millibps(33_333)))
    }

    static func id(_ sequence: UInt64) -> ClientOrderID {
        ClientOrderID(instance: 1, strategy: 1, slot: 0, sequence: sequence)
    }

    static func refusal(_ out: VenueOutput) -> VenueRejection? {
        for report in out.reports {
            switch report.outcome {
            case .rejected(let reason), .amendRejected(let reason), .cancelRejected(let reason): return reason
            default: continue
            }
        }
        return nil
    }

    @Test(
        "trades, refuses, keeps books and moves coins as a list of orders that is searched from end to end does",
        arguments: 1...40)
    func twin(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let definition = Self.definition(seed)
        // Rich enough to trade for long, poor enough to be refused at times.
        let coins = Int128(4_000) * definition.units.amountPerQuantity
        let cash = Int128(2_000_000) * definition.units.amountPerNotional
        var venue = SimulatedVenue(settings: VenueSettings(), instruments: [definition], assets: 2)
        for _ in 0..<2 {
            _ = venue.openAccount([(AssetIndex(0), Amount(units: coins)), (AssetIndex(1), Amount(units: cash))])
        }
        var naive = NaiveVenue(definition, accounts: [[coins, cash], [coins, cash]])
        var out = VenueOutput()
        for step in 1...600 as ClosedRange<UInt64> {
            out.removeAll()
            let account = Self.accounts[random.below(3)]
            let client = account == 0 ? ClientOrderID.none : Self.id(1 + UInt64(random.below(Int(step))))
            let price = Int64(400 + random.below(25) * Int(definition.rules.tick.step) + (random.chance(0.03) ? 1 : 0))
            let onTick = price / definition.rules.tick.step * definition.rules.tick.step
            let wanted = random.chance(0.03) ? price : onTick
            let quantity = Int64(10 + random.below(60) * 5 - (random.chance(0.03) ? 3 : 0))
            let now = Timestamp(nanoseconds: Int64(step))
            let context: Comment = "seed \(seed), step \(step)"
            let choice = random.below(10)
            if choice < 2, account != 0 {
                venue.cancel(0, AccountIndex(account), client, at: now, into: &out)
                let filled = naive.cancel(account, client)
                #expect((Self.refusal(out) == nil) == (filled != nil), context)
            } else if choice < 4, account != 0 {
                venue.amend(
                    0, AccountIndex(account), client, Price(units: wanted), Quantity(units: quantity), at: now,
                    into: &out)
                let refusal = naive.amend(account, client, wanted, quantity)
                #expect(Self.refusal(out) == refusal, context)
            } else if choice == 4, random.chance(0.1) {
                naive.isHalted.toggle()
                venue.setHalted(naive.isHalted, 0)
            } else {
                // Now and then an id that was used before.
                let own = account == 0 ? .none : random.chance(0.05) ? client : Self.id(step)
                let side: Side = random.chance(0.5) ? .bid : .ask
                let kind: OrderKind = [.limit, .limit, .postOnly, .immediateOrCancel][random.below(4)]
                venue.place(
                    0, AccountIndex(account), own, side, kind, Price(units: wanted), Quantity(units: quantity), at: now,
                    into: &out)
                let (refusal, trades) = naive.place(account, own, side, kind, wanted, quantity)
                if account != 0 { #expect(Self.refusal(out) == refusal, context) }
                Self.compare(out, trades, context)
            }
            Self.compare(venue, naive, context)
        }
    }

    static func compare(_ out: VenueOutput, _ trades: [NaiveVenue.Trade], _ context: Comment) {
        #expect(out.trades.map { $0.price.units } == trades.map { $0.price }, context)
        #expect(out.trades.map { $0.quantity.units } == trades.map { $0.quantity }, context)
        #expect(out.trades.allSatisfy { $0.aggressor == trades.first?.aggressor }, context)
        var fills: [(ClientOrderID, Int64, Bool)] = []
        for report in out.reports {
            if case .filled(let fill) = report.outcome {
                fills.append((report.client, fill.quantity.units, fill.isMaker))
            }
        }
        var expected: [(ClientOrderID, Int64, Bool)] = []
        for trade in trades {
            if trade.taker != .none { expected.append((trade.taker, trade.quantity, false)) }
            if trade.maker != .none { expected.append((trade.maker, trade.quantity, true)) }
        }
        #expect(fills.elementsEqual(expected) { $0 == $1 }, context)
    }

    static func compare(_ venue: SimulatedVenue, _ naive: NaiveVenue, _ context: Comment) {
        for side in Side.allCases {
            let levels = naive.levels(side)
            #expect(venue.depth(0, side) == levels.count, context)
            for (position, level) in levels.enumerated() {
                let ours = venue.level(0, side, at: position)
                #expect(ours?.price.units == level.price && ours?.quantity.units == level.quantity, context)
            }
        }
        for account in [1, 2] as [UInt16] {
            let ours = venue.openOrders(AccountIndex(account))
            let theirs = naive.orders.filter { $0.account == account }.sorted { $0.arrival < $1.arrival }
            #expect(ours.map { $0.client } == theirs.map { $0.client }, context)
            #expect(ours.map { $0.filled.units } == theirs.map { $0.filled }, context)
            for asset in 0..<2 {
                let balance = venue.balance(AccountIndex(account), AssetIndex(UInt16(asset)))
                let total = naive.totals[Int(account)][asset]
                #expect(balance.total.units == total, context)
                #expect(balance.free.units == total - naive.reserved(account, asset), context)
            }
        }
    }
}
