import TerraceCore
import TerraceSimulation
import TerraceStorage

extension LivePlan {
    /// What the indices of a run's records stand for, with `engine` made from this plan.
    func runDescription(_ engine: borrowing Engine) -> RunDescription {
        let bound = self.desk.bound
        var instruments: [RunDescription.Instrument] = []
        for (pair, symbol) in zip(bound.setup.pairs, bound.setup.symbols) {
            for instrument in pair.instruments {
                instruments.append(
                    RunDescription.Instrument(
                        venue: instrument.venue.index, symbol: symbol, priceExponent: pair.units.priceExponent,
                        quantityExponent: pair.units.quantityExponent))
            }
        }
        var strategies: [RunDescription.Strategy] = []
        for (index, strategy) in bound.strategies.enumerated() {
            let owner = engine.orderOwner(StrategyIndex(UInt32(truncatingIfNeeded: index)))
            let configuration = self.desk.configuration.strategies.first { $0.id == strategy.id }
            strategies.append(
                RunDescription.Strategy(
                    id: strategy.id, hash: UInt32(truncatingIfNeeded: owner),
                    symbol: bound.setup.symbols[strategy.pair.index], configuration: configuration?.json ?? "{}"))
        }
        return RunDescription(
            instance: bound.engine.instance, mode: self.mode.rawValue, program: ProgramVersion.text,
            venues: bound.engine.venues.map { $0.name }, coins: bound.setup.assets, instruments: instruments,
            strategies: strategies)
    }
}
