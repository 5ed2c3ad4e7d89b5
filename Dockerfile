# The server alone. Built by the same set-up as a machine of one's own (tools/setup.py), then copied without the tools.
FROM rust:1-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv libopus-dev
WORKDIR /srv/centralita
COPY . .
RUN python3 tools/setup.py && rm -rf media/plane/target build

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 ca-certificates libopus0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /srv/centralita centralita
WORKDIR /srv/centralita
COPY --from=build /srv/centralita .
RUN install -d -o centralita -g centralita state
USER centralita
ENV PATH=/srv/centralita/.venv/bin:$PATH PYTHONUNBUFFERED=1
VOLUME /srv/centralita/state
EXPOSE 5060/udp 8080/tcp 20000-29999/udp
# SIGTERM drains: calls in progress end by themselves or at the limit that the settings give.
STOPSIGNAL SIGTERM
ENTRYPOINT ["centralita"]
CMD ["serve"]
