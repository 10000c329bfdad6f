/// A subscription to an account's events on a connection.
struct BinanceUserStream {
    /// On which connection.
    let connection: Int
    /// Whose events.
    let account: Int
    /// The number that the WebSocket API gave it; nil where it is by listen key.
    let subscription: Int?
    /// The listen key; empty where there is none.
    let listenKey: String
    /// Whether events are wrapped in `{"stream":...,"data":...}`.
    let isWrapped: Bool
}
