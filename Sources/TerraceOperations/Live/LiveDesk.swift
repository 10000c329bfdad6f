public import TerraceCore
import TerraceSimulation
public import TerraceVenues

/// A desk bound to what its venues list: what engine and sessions are made from.
public struct LiveDesk: Sendable {
    /// The configuration, without venues that no strategy uses.
    public let configuration: DeskConfiguration
    /// Engine, coins, venues, pairs and strategies.
    public private(set) var bound: BoundDesk
    /// By venue, in the order of the configuration's: what its dialect is made with.
    public let instruments: [[FeedInstrument]]
    /// By venue: the pair of each of these instruments.
    public let pairs: [[PairIndex]]

    /// Binds `configuration` to the rules that venues told.
    ///
    /// - Parameters:
    ///   - listings: What each venue lists, by its name.
    ///   - amends: Whether orders can be amended on a venue. The file may say no where it is yes.
    ///   - showsOwnOrders: Whether the venues' market data shows our orders: only where these are sent.
    /// - Throws: `ConfigurationError` where a pair is not traded on a venue of its strategy, where the rules of venues do not
    ///   fit together, or where what the file says does not fit them.
    public init(
        _ configuration: DeskConfiguration, listings: [String: InstrumentListing], amends: (String) -> Bool,
        showsOwnOrders: Bool = true
    ) throws(ConfigurationError) {
        let desk = configuration.withoutIdleVenues
        let binder = ListingBinder(desk, listings, amends)
        let known = try binder.known()
        let bound = try desk.bind(to: known, showsOwnOrders: showsOwnOrders)
        var instruments: [[FeedInstrument]] = desk.venues.map { _ in [] }
        var pairs: [[PairIndex]] = desk.venues.map { _ in [] }
        var next: UInt32 = 0  // As the engine numbers them: pair by pair, in the order of the pair's list.
        for (index, (pair, symbol)) in zip(bound.setup.pairs, bound.setup.symbols).enumerated() {
            for instrument in pair.instruments {
                let venue = instrument.venue.index
                instruments[venue].append(
                    FeedInstrument(
                        symbol: binder.symbol(of: symbol, on: desk.venues[venue].name) ?? symbol,
                        instrument: InstrumentIndex(next), units: pair.units))
                pairs[venue].append(PairIndex(UInt32(truncatingIfNeeded: index)))
                next += 1
            }
        }
        // Connections serve them in this order: the most urgent pairs first.
        var priorities: [UInt8] = Array(repeating: .max, count: bound.setup.pairs.count)
        for strategy in bound.strategies {
            let pair = strategy.pair.index
            priorities[pair] = min(priorities[pair], strategy.priority.rawValue)
        }
        for venue in desk.venues.indices {
            let order = pairs[venue].indices.sorted { left, right in
                let (first, second) = (pairs[venue][left].index, pairs[venue][right].index)
                return (priorities[first], first) < (priorities[second], second)
            }
            instruments[venue] = order.map { instruments[venue][$0] }
            pairs[venue] = order.map { pairs[venue][$0] }
        }
        self.configuration = desk
        self.bound = bound
        self.instruments = instruments
        self.pairs = pairs
    }

    /// This desk with the venues on which positions are margined, by venue.
    func margined(_ venues: [Bool]) -> LiveDesk {
        var desk = self
        for (venue, isMargined) in venues.enumerated() where venue < desk.bound.engine.venues.count {
            desk.bound.engine.venues[venue].isMargined = isMargined
        }
        return desk
    }

    /// This desk with the balances that venues told, of those that did; nil for those that were not asked. Coins of which the
    /// desk knows nothing are left out.
    func holding(_ balances: [[(coin: String, total: Amount)]?]) -> LiveDesk {
        var desk = self
        for (venue, told) in balances.enumerated() {
            guard let told, venue < desk.bound.setup.balances.count else { continue }
            desk.bound.setup.balances[venue] = told.compactMap { coin, total in
                desk.bound.setup.assets.firstIndex(of: coin).map {
                    (AssetIndex(UInt16(truncatingIfNeeded: $0)), total)
                }
            }
        }
        return desk
    }
}

extension DeskConfiguration {
    /// The names of the venues that a strategy quotes on or takes prices from.
    public var venuesInUse: [String] {
        let named = Set(self.strategies.flatMap { ($0.exchanges + $0.pricing.venues).map { $0.name } })
        return self.venues.map { $0.name }.filter { named.contains($0) }
    }

    /// This desk with the venues that are used, in the same order.
    var withoutIdleVenues: DeskConfiguration {
        let used = Set(self.venuesInUse)
        var desk = self
        desk.venues.removeAll { !used.contains($0.name) }
        for index in desk.pairs.indices { desk.pairs[index].venues?.removeAll { !used.contains($0.name.name) } }
        return desk
    }
}
