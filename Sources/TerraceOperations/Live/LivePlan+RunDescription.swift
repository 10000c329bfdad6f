import TerraceCore
import TerraceSimulation
import TerraceStorage

extension LivePlan {
    /// What the indices of a run's records stand for.
    var runDescription: RunDescription {
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
        for strategy in bound.strategies {
            let configuration = self.desk.configuration.strategies.first { $0.id == strategy.id }
            strategies.append(
                RunDescription.Strategy(
                    id: strategy.id, hash: Engine.hash(of: strategy.id),
                    symbol: bound.setup.symbols[strategy.pair.index], configuration: configuration?.json ?? "{}"))
        }
        return RunDescription(
            instance: bound.engine.instance, mode: self.mode.rawValue, program: ProgramVersion.text,
            venues: bound.engine.venues.map { $0.name }, coins: bound.setup.assets, instruments: instruments,
            strategies: strategies)
    }
}
