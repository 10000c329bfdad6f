import TerraceCore

/// A WebSocket of a client.
struct BinanceConnection {
    /// What it was opened for.
    enum Purpose {
        /// Market streams and user streams by listen key: payloads as they are.
        case raw
        /// The same, wrapped in `{"stream":...,"data":...}`.
        case combined
        /// The WebSocket API.
        case api
    }
    let purpose: Purpose
    /// From where.
    let address: String
    /// Its streams, in the order in which they were asked for.
    var streams: [BinanceStream] = []
    /// What it has sent in this second.
    var messages: OrderWindow
    /// Subscriptions to user data that it has been given, ever.
    var subscriptions = 0
    /// The account that has logged on.
    var account: Int?
}
