public import TerraceCore
import TerraceVenues

/// All that a run with real venues needs, found out before it begins: nothing has been sent for it but questions.
public struct LivePlan: Sendable {
    /// What is done with orders.
    public let mode: RunMode
    /// The desk, bound to what the venues list. Balances are those that a dry or paper run begins with.
    public let desk: LiveDesk
    /// By venue, in the order of the desk's: addresses, key, and how far its clock is off.
    public let accesses: [VenueAccess]
    /// What a person should read before it begins.
    public let notes: [String]

    /// What the engine is told first, for a run that begins at `start`.
    public func engine(startingAt start: Timestamp) -> EngineConfiguration {
        var engine = self.desk.bound.engine
        engine.seed = UInt64(bitPattern: start.nanoseconds)
        engine.firstSequence = ClientOrderID.firstSequence(at: start)
        return engine
    }

    /// What is going to be traded, for people.
    public var lines: [String] {
        var lines: [String] = []
        switch self.mode {
        case .live: lines.append("LIVE: real orders are sent.")
        case .paper: lines.append("paper: orders are filled on paper beside the live market; nothing is sent.")
        case .dryRun: lines.append("dry-run: what would be sent is printed; nothing is sent, nothing is filled.")
        }
        for access in self.accesses {
            let key = access.credentials == nil ? "no key" : "with a key"
            lines.append(
                "\(Figures.left(access.venue.name, 14))\(access.endpoints.rest), \(key), clock \(access.skewMilliseconds) ms "
                    + "ahead")
        }
        lines.append("")
        lines += DeskPlan(self.desk.configuration, self.desk.bound).lines
        if !self.notes.isEmpty { lines.append("") }
        return lines + self.notes
    }
}
