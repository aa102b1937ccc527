//! The names of fields that can tell where a visitor is, and who writes them.
//!
//! Collected from the vendors' documentation and from what backends and libraries read.

use Tells::{Address, Correlation, Place};

/// What a field can tell of a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// The address itself, or an element of its path.
    Address,
    /// A place (or network operator) derived from the address.
    Place,
    /// An identifier that a CDN keeps beside the address in its own log, or that stays with
    /// one device.
    Correlation,
}

/// Lower case, sorted.
#[rustfmt::skip] // One row each, the writer beside it.
pub(super) const BUILT_IN: &[(&str, Tells)] = &[
    ("ali-cdn-real-ip", Address),                     // Alibaba CDN
    ("ali-real-client-ip", Address),                  // Alibaba CDN
    ("ar-real-ip", Address),                          // ArvanCloud
    ("b-forwarded-for", Address),                     // Bunny, read by Plausible
    ("cdn-real-ip", Address),                         // ChinaCache, UPYUN
    ("cdn-requestcountrycode", Place),                // Bunny
    ("cdn-requestid", Correlation),                   // Bunny
    ("cdn-src-ip", Address),                          // ChinaCache, UPYUN
    ("cdn-viewer-ip", Address),                       // Google Cloud CDN, by configuration
    ("cf-connecting-ip", Address),                    // Cloudflare
    ("cf-connecting-ipv6", Address),                  // Cloudflare
    ("cf-ipcity", Place),                             // Cloudflare
    ("cf-ipcontinent", Place),                        // Cloudflare
    ("cf-ipcountry", Place),                          // Cloudflare
    ("cf-iplatitude", Place),                         // Cloudflare
    ("cf-iplongitude", Place),                        // Cloudflare
    ("cf-metro-code", Place),                         // Cloudflare
    ("cf-postal-code", Place),                        // Cloudflare
    ("cf-pseudo-ipv4", Address),                      // Cloudflare: a hash of the IPv6 address
    ("cf-ray", Correlation),                          // Cloudflare
    ("cf-region", Place),                             // Cloudflare
    ("cf-region-code", Place),                        // Cloudflare
    ("cf-request-id", Correlation),                   // Cloudflare
    ("cf-timezone", Place),                           // Cloudflare
    ("client-ip", Address),                           // Rails, Baidu
    ("cloudfront-viewer-address", Address),           // CloudFront
    ("cloudfront-viewer-asn", Place),                 // CloudFront
    ("cloudfront-viewer-city", Place),                // CloudFront
    ("cloudfront-viewer-country", Place),             // CloudFront
    ("cloudfront-viewer-country-name", Place),        // CloudFront
    ("cloudfront-viewer-country-region", Place),      // CloudFront
    ("cloudfront-viewer-country-region-name", Place), // CloudFront
    ("cloudfront-viewer-latitude", Place),            // CloudFront
    ("cloudfront-viewer-longitude", Place),           // CloudFront
    ("cloudfront-viewer-metro-code", Place),          // CloudFront
    ("cloudfront-viewer-postal-code", Place),         // CloudFront
    ("cloudfront-viewer-time-zone", Place),           // CloudFront
    ("coming-from", Address),                         // old open proxies
    ("connect-via-ip", Address),                      // old open proxies
    ("do-connecting-ip", Address),                    // DigitalOcean
    ("eo-client-ip", Address),                        // Tencent EdgeOne
    ("eo-client-ipcountry", Place),                   // Tencent EdgeOne
    ("eo-client-ipprovince", Place),                  // Tencent EdgeOne
    ("eo-connecting-ip", Address),                    // Tencent EdgeOne
    ("eo-log-uuid", Correlation),                     // Tencent EdgeOne
    ("fastly-client-ip", Address),                    // Fastly, Firebase
    ("fastly-geo-city", Place),                       // Fastly
    ("fastly-geo-country", Place),                    // Fastly
    ("fastly-geo-region", Place),                     // Fastly
    ("fastly-geoip-country-code", Place),             // Fastly
    ("fly-client-ip", Address),                       // Fly.io
    ("fly-request-id", Correlation),                  // Fly.io
    ("forwarded", Address),                           // RFC 7239
    ("forwarded-for", Address),                       // read by request-ip and others
    ("geoip-city", Place),                            // nginx and Apache with MaxMind, by convention
    ("geoip-country-code", Place),                    // nginx and Apache with MaxMind, by convention
    ("geoip-region", Place),                          // nginx and Apache with MaxMind, by convention
    ("incap-client-ip", Address),                     // Imperva
    ("pc-remote-addr", Address),                      // WebObjects adaptor
    ("proxy-client-ip", Address),                     // WebLogic plug-in
    ("remote-addr", Address),                         // seen in the wild
    ("remote-host", Address),                         // WebObjects adaptor
    ("source-ip", Address),                           // seen in the wild
    ("true-client-ip", Address),                      // Akamai, Cloudflare
    ("tx-client-ip", Address),                        // Tencent Cloud
    ("via", Address),                                 // RFC 9110 §7.6.3: the path of proxies may begin at the visitor's own
    ("wl-proxy-client-ip", Address),                  // WebLogic plug-in
    ("x-akamai-edgescape", Place),                    // Akamai EdgeScape
    ("x-amz-cf-id", Correlation),                     // CloudFront
    ("x-appengine-city", Place),                      // App Engine
    ("x-appengine-citylatlong", Place),               // App Engine
    ("x-appengine-country", Place),                   // App Engine
    ("x-appengine-region", Place),                    // App Engine
    ("x-appengine-remote-addr", Address),             // App Engine
    ("x-appengine-user-ip", Address),                 // App Engine
    ("x-azure-clientip", Address),                    // Azure Front Door
    ("x-azure-ref", Correlation),                     // Azure Front Door
    ("x-azure-socketip", Address),                    // Azure Front Door
    ("x-bluecoat-via", Address),                      // Blue Coat
    ("x-client-address", Address),                    // seen in the wild
    ("x-client-city", Place),                         // Google Cloud load balancer, as documented there
    ("x-client-city-lat-long", Place),                // Google Cloud load balancer, as documented there
    ("x-client-data", Correlation),                   // Chrome: field trials of one installation
    ("x-client-geo-location", Place),                 // Google Cloud load balancer, as documented there
    ("x-client-ip", Address),                         // Azure, Heroku and others
    ("x-client-region", Place),                       // Google Cloud load balancer, as documented there
    ("x-client-region-subdivision", Place),           // Google Cloud load balancer, as documented there
    ("x-cluster-client-ip", Address),                 // Rackspace, Riverbed, Zeus
    ("x-coming-from", Address),                       // old open proxies
    ("x-country", Place),                             // Netlify
    ("x-country-code", Place),                        // nginx and Apache with MaxMind, by convention
    ("x-delegate-remote-host", Address),              // old open proxies
    ("x-envoy-external-address", Address),            // Envoy, Istio
    ("x-fastly-country-code", Place),                 // Fastly
    ("x-forward-for", Address),                       // seen in the wild
    ("x-forwarded", Address),                         // read by request-ip and others
    ("x-forwarded-client-ip", Address),               // seen in the wild
    ("x-forwarded-country", Place),                   // nginx and Apache with MaxMind, by convention
    ("x-forwarded-for", Address),                     // de facto standard
    ("x-forwarded-for-ip", Address),                  // seen in the wild
    ("x-forwarded-for-original", Address),            // seen in the wild
    ("x-forwarded-ip", Address),                      // Tencent EdgeOne
    ("x-from-ip", Address),                           // seen in the wild
    ("x-geo-city", Place),                            // reverse proxies, by convention
    ("x-geo-country", Place),                         // reverse proxies, by convention
    ("x-geo-region", Place),                          // reverse proxies, by convention
    ("x-geoip-country", Place),                       // reverse proxies, by convention
    ("x-imforwards", Address),                        // old open proxies
    ("x-ip", Address),                                // seen in the wild
    ("x-nf-client-connection-ip", Address),           // Netlify
    ("x-nf-geo", Place),                              // Netlify
    ("x-nf-request-id", Correlation),                 // Netlify
    ("x-original-forwarded-for", Address),            // ingress-nginx, Istio
    ("x-original-ip", Address),                       // seen in the wild
    ("x-original-remote-addr", Address),              // seen in the wild
    ("x-originally-forwarded-for", Address),          // seen in the wild
    ("x-originating-ip", Address),                    // webmail, Exchange
    ("x-plausible-ip", Address),                      // Plausible Cloud
    ("x-proxy-user-ip", Address),                     // ProxyMesh, Yii
    ("x-proxymesh-ip", Address),                      // ProxyMesh
    ("x-proxyuser-ip", Address),                      // ProxyMesh, Yii
    ("x-real-client-ip", Address),                    // seen in the wild
    ("x-real-ip", Address),                           // nginx, Traefik, Kong
    ("x-remote-addr", Address),                       // seen in the wild
    ("x-remote-host", Address),                       // seen in the wild
    ("x-remote-ip", Address),                         // seen in the wild
    ("x-sp-forwarding-ip", Address),                  // StackPath
    ("x-sucuri-clientip", Address),                   // Sucuri
    ("x-sucuri-country", Place),                      // Sucuri
    ("x-true-ip", Address),                           // seen in the wild
    ("x-umami-client-ip", Address),                   // Umami Cloud
    ("x-user-ip", Address),                           // seen in the wild
    ("x-vercel-forwarded-for", Address),              // Vercel
    ("x-vercel-id", Correlation),                     // Vercel
    ("x-vercel-ip-as-number", Place),                 // Vercel
    ("x-vercel-ip-city", Place),                      // Vercel
    ("x-vercel-ip-continent", Place),                 // Vercel
    ("x-vercel-ip-country", Place),                   // Vercel
    ("x-vercel-ip-country-region", Place),            // Vercel
    ("x-vercel-ip-latitude", Place),                  // Vercel
    ("x-vercel-ip-longitude", Place),                 // Vercel
    ("x-vercel-ip-postal-code", Place),               // Vercel
    ("x-vercel-ip-timezone", Place),                  // Vercel
    ("x-vercel-proxied-for", Address),                // Vercel
    ("x-visitor-ip", Address),                        // seen in the wild
    ("x-wap-profile", Correlation),                   // WAP phones: a URL that names the device
    ("x-webobjects-remote-addr", Address),            // WebObjects adaptor
    ("z-forwarded-for", Address),                     // seen in the wild
];

/// Beginnings whose every continuation tells the same. All begin with `x`: fields of other
/// letters are turned away before a beginning is compared.
pub(super) const FAMILIES: &[(&str, Tells)] = &[
    ("x-fastly-geo", Place), // Fastly
    ("x-geo-", Place),       // reverse proxies, by convention
    ("x-geoip-", Place),     // nginx and Apache with MaxMind, by convention
    ("x-nf-geo", Place),     // Netlify
    ("x-vercel-ip-", Place), // Vercel
];
