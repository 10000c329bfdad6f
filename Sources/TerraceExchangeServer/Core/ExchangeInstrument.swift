import TerraceCore
import TerraceSimulation

/// A pair as the exchange lists it.
struct ExchangeInstrument {
    /// The symbol, such as `BTCUSDT`.
    let symbol: String
    /// The coin that is traded.
    let baseCoin: String
    /// The coin it is priced in.
    let quoteCoin: String
    /// What the matching engine knows of it: coins by index, units, rules.
    let definition: SimulatedInstrument
    /// Where it opened.
    let openingPrice: Price
    /// The highest price of an order.
    let highestPrice: Price

    var units: Units { self.definition.units }
    var rules: TradingRules { self.definition.rules }
    /// The decimal exponent of a notional.
    var notionalExponent: Int { self.units.priceExponent + self.units.quantityExponent }
}
