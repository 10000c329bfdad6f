import TerraceCore
import TerraceVenues

/// Finds each pair of a desk in the lists of its venues, to the end, whatever is missing on the way.
struct ListingBinder {
    private let desk: DeskConfiguration
    private let amends: [String: Bool]  // Looked up, never walked through.
    private let listed: [String: [String: ListedInstrument]]  // By venue and pair. Looked up, never walked through.
    private let listings: [String: InstrumentListing]  // Looked up, never walked through.

    init(_ desk: DeskConfiguration, _ listings: [String: InstrumentListing], _ amends: (String) -> Bool) {
        self.desk = desk
        self.listings = listings
        self.amends = Dictionary(desk.venues.map { ($0.name, amends($0.name)) }) { first, _ in first }
        self.listed = listings.mapValues { listing in
            // Of several on one pair, one that is trading.
            Dictionary(listing.instruments.map { ($0.pair, $0) }) { first, next in first.isTrading ? first : next }
        }
    }

    /// What the venue calls a pair.
    func symbol(of pair: String, on venue: String) -> String? { self.listed[venue]?[pair]?.symbol }

    /// The pairs of the desk, each with the rules of its venues in common units.
    func known() throws(ConfigurationError) -> [KnownPair] {
        let findings = Findings(file: self.desk.file)
        var wanted: [String: [ConfiguredName]] = [:]  // Looked up, never walked through.
        var symbols: [ConfiguredName] = []
        for strategy in self.desk.strategies {
            if wanted[strategy.symbol.name] == nil { symbols.append(strategy.symbol) }
            wanted[strategy.symbol.name, default: []] += strategy.exchanges + strategy.pricing.venues
        }
        let known = symbols.compactMap { self.pair($0, wanted[$0.name] ?? [], findings) }
        try findings.check()
        return known
    }

    private func pair(_ symbol: ConfiguredName, _ wanted: [ConfiguredName], _ findings: Findings) -> KnownPair? {
        var found: [(venue: String, listed: ListedInstrument)] = []
        var isWhole = true
        for venue in self.desk.venues.map({ $0.name }) {
            for name in wanted where name.name == venue {
                if let listed = self.instrument(symbol, name, findings) {
                    if found.last?.venue != venue { found.append((venue, listed)) }
                } else {
                    isWhole = false
                }
            }
        }
        guard isWhole else { return nil }
        guard let common = CommonUnits.of(found.map { $0.listed }) else {
            let shown = found.map { "\($0.venue) has \(Self.steps($0.listed))" }.joined(separator: ", ")
            findings.error(
                symbol.place,
                "no units hold the rules of \(symbol.name) on all its venues: \(shown): quote it on fewer of them")
            return nil
        }
        let rules = zip(found, common.rules).map { found, rules in
            var rules = rules
            let fees = self.desk.fees(of: symbol.name, on: found.venue)
            rules.makerFee = fees.maker
            rules.takerFee = fees.taker
            let isWanted = self.desk.rules(of: symbol.name, on: found.venue).canAmend ?? true
            rules.canAmend = isWanted && self.amends[found.venue] ?? false
            return (venue: found.venue, rules: rules)
        }
        return KnownPair(symbol: symbol.name, units: common.units, rules: rules)
    }

    private static func steps(_ listed: ListedInstrument) -> String {
        "tick \(listed.units.text(Price(units: listed.rules.tick.step))) and lot "
            + listed.units.text(Quantity(units: listed.rules.lot.step))
    }

    /// The instrument of a pair on the venue that is named there; nil, and reported, where it can't be traded.
    private func instrument(
        _ symbol: ConfiguredName, _ venue: ConfiguredName, _ findings: Findings
    ) -> ListedInstrument? {
        if let listed = self.listed[venue.name]?[symbol.name] {
            if listed.isTrading { return listed }
            findings.error(
                venue.place,
                "\(symbol.name) is not trading on \(venue.name) now (\(listed.status)): take \(venue.name) off until it is"
            )
            return nil
        }
        let listing = self.listings[venue.name] ?? InstrumentListing()
        let bare = symbol.name.filter { $0 != "/" }
        if let refused = listing.refused.first(where: { $0.symbol.filter { $0.isLetter || $0.isNumber } == bare }) {
            findings.error(
                venue.place,
                "the rules of \(symbol.name) on \(venue.name) can't be used: \(refused.reason): take \(venue.name) off")
            return nil
        }
        // Among the thousands of a list, those that share a coin are the likely ones.
        let coins = PairConfiguration.coins(symbol.name)
        let near = listing.instruments.filter { $0.baseAsset == coins?.base || $0.quoteAsset == coins?.quote }.map {
            $0.pair
        }
        let sharesBase = listing.instruments.filter { $0.baseAsset == coins?.base }.prefix(16).map { $0.pair }
        let hint =
            NearestWord.of(symbol.name, among: near).map { "; did you mean \"\($0)\"?" }
            ?? (sharesBase.isEmpty
                ? ": take \(venue.name) off, or correct the symbol" : ": it has \(sharesBase.joined(separator: ", "))")
        findings.error(venue.place, "\(venue.name) does not list \(symbol.name)\(hint)")
        return nil
    }
}
