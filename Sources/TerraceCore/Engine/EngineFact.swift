/// What an engine did of itself that no event or command tells, and that must be known after a restart.
public enum EngineFact: Sendable, Equatable {
    /// A strategy's opening inventory was booked, as if bought at this price; zero where it has none.
    case seeded(StrategyIndex, Quantity, Price)
    /// A strategy was stopped by its loss limit, at this profit.
    case lossStopped(StrategyIndex, profit: Amount)
    /// A strategy's loss limit counts from this profit on: its stop was lifted.
    case lossLifted(StrategyIndex, profit: Amount)
    /// All strategies quoted in a coin were stopped by the desk's loss limit, at this profit.
    case deskLossStopped(AssetIndex, profit: Amount)
    /// The desk's loss limit in a coin counts from this profit on: its stop was lifted.
    case deskLossLifted(AssetIndex, profit: Amount)
    /// Priority classes above this one are shed, by the engine itself; 4 sheds none.
    case shed(keepingUpTo: Int)
}
