import TerraceCore

/// A WebSocket of a client.
struct BybitConnection {
    /// Whether it is of the private stream.
    let isPrivate: Bool
    /// Its public topics, in the order in which they were asked for.
    var topics: [BybitTopic] = []
    /// How many characters their names have.
    var characters = 0
    /// Its private topics.
    var privateTopics: [String] = []
    /// The account that has logged on.
    var account: Int?
    /// When the client last said anything.
    var heardAt: Timestamp
}
