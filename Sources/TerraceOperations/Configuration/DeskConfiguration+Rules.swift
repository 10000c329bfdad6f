public import TerraceCore

extension DeskConfiguration {
    /// What the file says of a pair's rules on a venue: of the pair there, else of the pair, else of the venue.
    public func rules(of symbol: String, on venue: String) -> RulesConfiguration {
        self.rules(of: self.pairs.first { $0.symbol == symbol }, on: venue)
    }

    func rules(of pair: PairConfiguration?, on venue: String) -> RulesConfiguration {
        let general = self.venues.first { $0.name == venue }?.rules ?? RulesConfiguration()
        guard let pair else { return general }
        let there = pair.venues?.first { $0.name.name == venue }?.rules ?? RulesConfiguration()
        return there.over(pair.rules).over(general)
    }

    /// What a maker and a taker of a pair pay on a venue, which lists of instruments do not tell; zero where the file is silent.
    public func fees(of symbol: String, on venue: String) -> (maker: Millibps, taker: Millibps) {
        let rules = self.rules(of: symbol, on: venue)
        return (rules.makerFee ?? .zero, rules.takerFee ?? .zero)
    }
}
