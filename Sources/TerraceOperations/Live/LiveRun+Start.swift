import NIOCore
import TerraceCore

extension LiveRun {
    /// Trades as planned, over the network. See `run`.
    public func start(
        _ plan: LivePlan, say: @escaping @Sendable (String) -> Void, show: @escaping @Sendable (RunProgress) -> Bool
    ) async throws(LiveRunError) -> RunReport {
        throw .venues(["the connections to venues are not part of this build"])
    }
}
