import TerraceCore

/// A key by which an account's events can be listened to without a signature.
struct BinanceListenKey {
    /// The key.
    let key: String
    /// Whose events.
    let account: Int
    /// When it runs out.
    var expires: Timestamp
}
