# The book in a container: docker build -t specz . && docker run -p 8000:8000 specz, then
# http://localhost:8000. The image is pinned by digest, the packages by requirements.lock.
FROM python:3.12.12-bookworm@sha256:c0abd0758831ad99b7a29e0c1a875da9c4abb9a2e3f21e2eeb585dbcadfb6cd0 AS tools
RUN useradd --create-home reader && install --directory --owner reader /specz
USER reader

FROM tools
WORKDIR /specz
COPY --chown=reader . .
RUN make book
EXPOSE 8000
CMD [".venv/bin/python", "-m", "http.server", "8000", "--directory", "build/html"]
