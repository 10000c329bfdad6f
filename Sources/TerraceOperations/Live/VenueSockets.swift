internal import Foundation
import NIOCore
import NIOPosix
public import TerraceRuntime
import Synchronization
import TerraceVenues

/// The `VenueNetwork` over real sockets: one client for each venue, all on one event loop of its own.
/// To be shut down at the end.
public final class VenueSockets: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let eventLoop: any EventLoop
    private let proxy: ProxySettings
    private let clients = Mutex<[String: RESTClient]>([:])  // Looked up; walked through only at the end.

    /// Sockets that leave through `proxy`; nothing is connected yet.
    public init(proxy: ProxySettings) {
        self.eventLoop = self.group.next()
        self.proxy = proxy
    }

    /// The network.
    public var network: VenueNetwork {
        VenueNetwork(
            fetch: { endpoint, request in
                do throws(FetchError) {
                    let (answer, body) = try await self.client(of: endpoint).fetch(request, base: endpoint.base)
                    return .answered(answer, body: body)
                } catch {
                    switch error {
                    case .notSent(let reason): return .failed(.notSent(reason))
                    case .noAnswer(let reason): return .failed(.noAnswer(reason))
                    }
                }
            },
            connect: { endpoint, target in
                do throws(NetworkError) {
                    let probe = try StreamProbe(eventLoop: self.eventLoop, settings: self.settings(of: endpoint))
                    return await probe.connect(endpoint.base, target)
                } catch {
                    return error.description
                }
            },
            milliseconds: { Int64(Date().timeIntervalSince1970 * 1_000) })
    }

    /// Closes all connections, and ends the loop.
    public func shutdown() async {
        let clients = self.clients.withLock { Array($0.values) }
        for client in clients { await client.shutdown() }
        try? await self.group.shutdownGracefully()
    }

    private func settings(of endpoint: VenueNetwork.Endpoint) -> NetworkSettings {
        NetworkSettings(
            extraRoots: endpoint.certificateFile.map { [$0] } ?? [], proxy: self.proxy,
            limitHeaders: endpoint.limitHeaders)
    }

    private func client(of endpoint: VenueNetwork.Endpoint) throws(FetchError) -> RESTClient {
        if let known = self.clients.withLock({ $0[endpoint.venue] }) { return known }
        do throws(NetworkError) {
            let made = try RESTClient(eventLoop: self.eventLoop, settings: self.settings(of: endpoint))
            self.clients.withLock { $0[endpoint.venue] = made }
            return made
        } catch {
            throw .notSent(error.description)
        }
    }
}
