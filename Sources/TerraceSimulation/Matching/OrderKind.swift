/// How an order trades.
public enum OrderKind: Sendable {
    /// Takes what it can, the rest stands.
    case limit
    /// Stands, or is refused where it would take.
    case postOnly
    /// Takes what it can, the rest is cancelled.
    case immediateOrCancel
}
