/// Why a run can't go on from what was recorded.
public enum LedgerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The records are those of another engine.
    case otherInstance(recorded: UInt32, asked: UInt32)
    /// A pair's units have changed, and what was recorded can't be told exactly in the new ones.
    case unitsTooCoarse(what: String, symbol: String, recorded: String, asked: String)
    /// A strategy's id now stands for another pair, and the old one is not flat, or has orders that may stand.
    case strategyMoved(id: String, from: String, to: String)
    /// The description of the run is at odds with itself.
    case badRun(String)

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .otherInstance(let recorded, let asked):
            "the journal is of instance \(recorded), and this run is instance \(asked): give each instance a folder of its own"
        case .unitsTooCoarse(let what, let symbol, let recorded, let asked):
            """
            \(what) of \(symbol) was recorded in units of \(recorded) and can't be told exactly in units of \(asked): keep the \
            finer units ("price_unit", "quantity_unit"), or close the position and cancel the orders there before the change
            """
        case .strategyMoved(let id, let from, let to):
            "strategy \(id) holds a position in \(from), or orders of it may stand there, and now quotes \(to): give the new "
                + "strategy an id of its own"
        case .badRun(let what):
            "the description of the run makes no sense: \(what)"
        }
    }
}
